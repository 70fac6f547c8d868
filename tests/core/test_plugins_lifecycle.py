"""Switching plugins on and off, their order, purging them, and the doctor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from tests.broken_plugins.install import Install

from hookdesk import clock
from hookdesk.cli.db import db as db_command
from hookdesk.cli.plugins import plugins as plugins_command
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.doctor import doctor
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.purge import purge
from hookdesk.lifecycle.switch import Lifecycle, LifecycleError
from hookdesk.lifecycle.upgrade import initial_state, upgrade_all
from hookdesk.models import PluginState, Setting, SiteCounter, SystemLog
from hookdesk.testing import Instances
from hookdesk.testing.instances import SECRET

WITH_TABLE = '''
from pathlib import Path
from sqlalchemy.orm import Mapped, mapped_column
from hookdesk.api import DeclarativeBase, Plugin, plugin_registry, site

class Base(DeclarativeBase):
    registry = plugin_registry("keeper")

class Thing(Base):
    __tablename__ = "p_keeper__thing"
    id: Mapped[int] = mapped_column(primary_key=True)

class Broken(Plugin):
    """Keeper"""

    def on_enable(self):
        self.note("enabled")

    def on_disable(self):
        self.note("disabled")

    def on_purge(self):
        self.note("purged")

    def note(self, word):
        with (site().config.instance / "notes").open("a") as notes:
            notes.write(word + "\\n")
'''
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

def upgrade():
    op.create_table("p_keeper__thing", sa.Column("id", sa.Integer, primary_key=True))

def downgrade():
    op.drop_table("p_keeper__thing")
"""


@pytest.fixture
def config(hookdesk_instances: Instances, tmp_path: Path) -> Config:
    return hookdesk_instances.copy((), tmp_path / "instance")


@pytest.fixture
def db(config: Config) -> Iterator[Database]:
    database = Database(config.database)
    yield database
    database.dispose()


@pytest.fixture
def lifecycle(config: Config, db: Database) -> Lifecycle:
    return Lifecycle(config, db, "Ada")


@pytest.fixture
def command(config: Config, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `hookdesk plugins …` (or `db …`) on the instance."""
    monkeypatch.setenv("HOOKDESK_INSTANCE", str(config.instance))
    monkeypatch.setenv("HOOKDESK_SECRET_KEY", SECRET)

    def run(group: str, *words: str) -> Result:
        return CliRunner().invoke(plugins_command if group == "plugins" else db_command, list(words))

    return run


def on(db: Database, *slugs: str) -> None:
    """Switch plugins on behind everybody's back."""
    with db.write() as session:
        for slug in slugs:
            session.merge(PluginState(slug=slug, is_enabled=True, stopped_at="", problem="", updated_at=clock.now()))


def generation(db: Database) -> int:
    with db.read() as reading:
        return int(reading.scalar(select(SiteCounter.value).where(SiteCounter.name == "generation")) or 0)


def test_a_plugin_lives_from_switching_on_to_purging(
    install: Install, lifecycle: Lifecycle, config: Config, db: Database
) -> None:
    install("keeper", WITH_TABLE, files={"migrations/0001_first.py": MIGRATION})
    lifecycle.enable("keeper")
    assert "keeper" in states(db)
    assert migrate.tables(config.database, "keeper") == ["p_keeper__thing"]
    assert generation(db) == 1
    with pytest.raises(LifecycleError, match="it is switched on"):
        purge(lifecycle, "keeper")
    assert lifecycle.disable("keeper") == ["keeper"]
    assert "keeper" not in states(db)
    assert migrate.tables(config.database, "keeper") == ["p_keeper__thing"]
    assert generation(db) == 2
    with db.write() as session:
        session.add(Setting(scope="keeper", values={"a": 1}, updated_at=clock.now()))
    (config.instance / "plugins" / "keeper").mkdir(parents=True)
    assert purge(lifecycle, "keeper") == []
    assert migrate.tables(config.database, "keeper") == []
    assert migrate.current(config.database, "keeper") == ""
    assert not (config.instance / "plugins" / "keeper").exists()
    with db.read() as reading:
        assert reading.scalar(select(Setting.scope).where(Setting.scope == "keeper")) is None
        said = list(reading.scalars(select(SystemLog.message).order_by(SystemLog.id)))
    assert (config.instance / "notes").read_text().split() == ["enabled", "disabled", "purged"]
    assert said == [
        "Ada switched keeper on",
        "Ada switched keeper off",
        "Ada purged keeper: its tables, settings and files are gone",
    ]


def test_what_is_uninstalled_can_still_be_purged(
    lifecycle: Lifecycle, config: Config, db: Database, tmp_path: Path
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001.py").write_text(MIGRATION)
    migrate.upgrade(config.database, "keeper", tmp_path / "migrations")
    assert [finding.slug for finding in doctor(config, db)] == ["keeper"]
    purge(lifecycle, "keeper")
    assert migrate.tables(config.database, "keeper") == []
    assert doctor(config, db) == []


def test_tables_that_others_refer_to_are_kept(lifecycle: Lifecycle, config: Config, tmp_path: Path) -> None:
    (tmp_path / "keeper").mkdir()
    (tmp_path / "keeper" / "0001.py").write_text(MIGRATION)
    migrate.upgrade(config.database, "keeper", tmp_path / "keeper")
    (tmp_path / "guest").mkdir()
    text = MIGRATION.replace("p_keeper__thing", "p_guest__thing").replace(
        "primary_key=True)",
        'primary_key=True), sa.Column("keeper_id", sa.Integer, sa.ForeignKey("p_keeper__thing.id"))',
    )
    (tmp_path / "guest" / "0001.py").write_text(text)
    migrate.upgrade(config.database, "guest", tmp_path / "guest")
    with pytest.raises(LifecycleError, match="p_guest__thing refer to its tables"):
        purge(lifecycle, "keeper")
    assert migrate.tables(config.database, "keeper") == ["p_keeper__thing"]


def test_a_dependency_must_be_on_first_and_cannot_go_first(
    install: Install, lifecycle: Lifecycle, db: Database
) -> None:
    install("ground")
    install("house", "class Broken(Plugin):\n    '''House'''\n    depends = ('ground',)\n")
    with pytest.raises(LifecycleError, match=r"house was not switched on: it depends on ground\. Switch that on first"):
        lifecycle.enable("house")
    on(db, "ground", "house")
    with pytest.raises(LifecycleError, match="ground was kept on: house depend on it"):
        lifecycle.disable("ground")
    assert lifecycle.disable("ground", cascade=True) == ["house", "ground"]
    assert states(db) == {}


def test_the_last_provider_of_a_capability_stays_unless_forced(
    install: Install, lifecycle: Lifecycle, db: Database
) -> None:
    source = "class Broken(Plugin):\n    capabilities = ('sign_in',)\n"
    install("door", source)
    install("window", source)
    on(db, "door", "window")
    assert lifecycle.disable("door") == ["door"]
    with pytest.raises(LifecycleError, match="window was kept on: it is the last plugin that provides the sign in"):
        lifecycle.disable("window")
    assert lifecycle.disable("window", force=True) == ["window"]


def test_switching_off_asks_nothing_of_a_plugin_that_cannot_answer(
    install: Install, lifecycle: Lifecycle, db: Database
) -> None:
    install("keeper", WITH_TABLE.replace('self.note("disabled")', "raise RuntimeError('no')"))
    on(db, "keeper")
    assert lifecycle.disable("keeper") == ["keeper"]
    with db.read() as reading:
        problem = reading.scalar(select(PluginState.problem).where(PluginState.slug == "keeper"))
    assert problem == "keeper.on_disable failed: RuntimeError: no"


def test_the_order_is_stored_and_every_process_follows(install: Install, lifecycle: Lifecycle, db: Database) -> None:
    for slug in ("aa", "bb", "cc"):
        install(slug)
    on(db, "aa", "bb", "cc")
    lifecycle.set_order(["cc", "aa"])
    assert states(db) == {"aa": 1, "bb": None, "cc": 0}
    assert generation(db) == 1
    with pytest.raises(LifecycleError, match="nobody is not installed"):
        lifecycle.set_order(["nobody"])


def test_on_a_new_site_the_box_is_on_and_later_everything_new_is_off(db: Database, install: Install) -> None:
    install("stranger")
    found = discover()
    with db.write() as session:
        session.query(PluginState).delete()
        new = initial_state(session, found)
    box = {slug for slug, item in found.items() if item.is_builtin and not item.declared("starts_off")}
    assert set(new) == set(states(db)) == box
    install("latecomer")
    with db.write() as session:
        assert initial_state(session, discover()) == []
        row = session.get(PluginState, "latecomer")
        assert row is not None
        assert not row.is_enabled


def test_upgrading_switches_off_what_cannot_be_migrated_and_goes_on(
    install: Install, install_broken: Install, config: Config, db: Database
) -> None:
    install_broken("half_migrated")
    install("keeper", WITH_TABLE, files={"migrations/0001_first.py": MIGRATION})
    on(db, "half_migrated", "keeper")
    done = {item.branch: item for item in upgrade_all(config, db)}
    assert done["core"].problem == ""
    assert "stopped at revision 0001" in done["half_migrated"].problem
    assert (done["keeper"].revision, done["keeper"].problem) == ("0001", "")
    assert set(states(db)) == {"keeper"}


def test_the_doctor_names_what_is_wrong_and_the_way_out(install: Install, config: Config, db: Database) -> None:
    install("keeper", WITH_TABLE, files={"migrations/0001_first.py": MIGRATION})
    on(db, "keeper", "gone")
    found = {finding.slug: finding for finding in doctor(config, db)}
    assert "not installed" in found["gone"].problem
    assert found["keeper"].problem == "its tables are at revision base, its code asks for 0001"
    assert found["keeper"].remedy == "hookdesk db upgrade"


def test_the_list_shows_states_in_order_and_for_machines(
    command: Callable[..., Result], install: Install, db: Database
) -> None:
    install("aa", "class Broken(Plugin):\n    '''First'''\n")
    install("bb", "raise SystemExit('imported!')")
    on(db, "aa", "gone")
    shown = command("plugins", "list")
    assert shown.exit_code == 0
    assert [line.split()[:2] for line in shown.output.splitlines() if line.split()[0] in ("on", "broken")] == [
        ["on", "aa"],
        ["broken", "gone"],
    ]
    rows = {row["slug"]: row for row in json.loads(command("plugins", "list", "--json").output)}
    assert (rows["aa"]["title"], rows["aa"]["state"], rows["bb"]["state"]) == ("First", "on", "off")


def test_a_mistake_is_one_line_and_status_1(command: Callable[..., Result]) -> None:
    for words in (["enable", "nobody"], ["disable", "nobody"], ["order", "nobody"], ["undo", "nobody"]):
        answer = command("plugins", *words)
        assert answer.exit_code == 1
        assert len(answer.output.splitlines()) == 1
        assert "nobody is not" in answer.output


def test_checking_tells_people_and_machines(command: Callable[..., Result], install_broken: Install) -> None:
    install_broken("wrong_hook")
    answer = command("plugins", "check", "wrong_hook", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.output) == {
        "slug": "wrong_hook",
        "ok": False,
        "problems": ["there is no hook intake_scren (did you mean intake_screen?)"],
    }


def test_purging_asks_for_the_name(
    command: Callable[..., Result], install: Install, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("keeper", WITH_TABLE, files={"migrations/0001_first.py": MIGRATION})
    migrate.upgrade(config.database, "keeper", discover()["keeper"].migrations or Path())
    refused = CliRunner().invoke(plugins_command, ["purge", "keeper"], input="yes\n")
    assert refused.exit_code == 1
    assert migrate.tables(config.database, "keeper") == ["p_keeper__thing"]
    agreed = CliRunner().invoke(plugins_command, ["purge", "keeper"], input="keeper\n")
    assert agreed.exit_code == 0
    assert migrate.tables(config.database, "keeper") == []


def test_the_database_is_checked_and_upgraded(command: Callable[..., Result], install: Install, db: Database) -> None:
    assert command("db", "check").exit_code == 0
    install("keeper", WITH_TABLE, files={"migrations/0001_first.py": MIGRATION})
    on(db, "keeper")
    behind = command("db", "check", "--json")
    assert behind.exit_code == 1
    assert json.loads(behind.output)["problems"] == ["keeper: its tables are at revision base, its code asks for 0001"]
    assert command("db", "upgrade").output.splitlines() == [
        f"core: at revision {migrate.head()}",
        "keeper: at revision 0001",
    ]
    assert command("db", "check").exit_code == 0


def test_an_author_gets_the_next_revision_written(command: Callable[..., Result], install: Install) -> None:
    folder = install("keeper", WITH_TABLE)
    answer = command("db", "revision", "keeper", "-m", "Add things")
    assert answer.exit_code == 0, answer.output
    assert "p_keeper__thing" in (folder / "migrations" / "0001_add_things.py").read_text()
