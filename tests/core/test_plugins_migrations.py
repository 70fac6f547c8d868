"""Migrations: core's first revision is what the models say, on both databases; nothing is lost on the way."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text, update

from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.db.migrate import CORE, CORE_DIRECTORY, MigrationError
from hookdesk.lifecycle.doctor import behind
from hookdesk.lifecycle.upgrade import upgrade_all
from hookdesk.models import PluginState, Ticket
from hookdesk.testing import Instances

BATCH = '''
"""Rebuild the ticket table, as batch mode does for whatever SQLite cannot alter."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down!r}


def upgrade() -> None:
    """Apply."""
    {body}


def downgrade() -> None:
    """Take back."""
'''


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'migrated.db'}"
    return str(request.getfixturevalue("fresh_postgres_url"))


def write_revision(folder: Path, revision: str, down: str | None, body: str) -> None:
    """Put a revision into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / f"{revision}.py").write_text(BATCH.format(revision=revision, down=down, body=body))


def test_core_goes_up_down_and_up_and_is_what_the_models_say(url: str) -> None:
    assert migrate.current(url) == ""
    assert migrate.upgrade(url) == migrate.head() == migrate.current(url)
    assert migrate.check(url) == []
    assert migrate.downgrade(url, CORE, CORE_DIRECTORY) == ""
    assert migrate.tables(url, CORE) == []
    migrate.upgrade(url)
    assert migrate.check(url) == []


def test_a_difference_between_models_and_tables_is_seen(url: str) -> None:
    migrate.upgrade(url)
    db = Database(url)
    with db.write() as session:
        session.execute(text("ALTER TABLE ticket DROP COLUMN snippet_by"))
    db.dispose()
    assert [difference[0] for difference in migrate.check(url)] == ["add_column"]


def test_upgrading_again_changes_nothing(url: str) -> None:
    migrate.upgrade(url)
    assert migrate.upgrade(url) == migrate.head()


def test_a_database_of_newer_code_is_left_alone_and_told(url: str) -> None:
    migrate.upgrade(url)
    db = Database(url)
    with db.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(MigrationError, match="revision 9999: the database is newer than the installed code"):
        migrate.upgrade(url)
    (finding,) = behind(Config(Path(), database_url=url), [])
    assert finding.remedy == migrate.NEWER
    db.dispose()


def test_each_branch_has_a_version_table_of_its_own(url: str, tmp_path: Path) -> None:
    migrate.upgrade(url)
    for slug in ("sla", "sla_plus"):
        write_revision(
            tmp_path / slug,
            "0001",
            None,
            f'op.create_table("p_{slug}__rule", sa.Column("id", sa.Integer, primary_key=True))',
        )
        migrate.upgrade(url, slug, tmp_path / slug)
    migrate.drop_branch(url, "sla")
    assert (migrate.tables(url, "sla"), migrate.current(url, "sla")) == ([], "")
    assert (migrate.tables(url, "sla_plus"), migrate.current(url, "sla_plus")) == (["p_sla_plus__rule"], "0001")
    assert migrate.check(url) == []
    assert migrate.upgrade(url) == migrate.head()


def test_what_fails_takes_back_its_own_revision_and_keeps_those_before(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "shaky"
    write_revision(folder, "0001", None, 'op.create_table("p_shaky__a", sa.Column("id", sa.Integer, primary_key=True))')
    body = (
        'op.create_table("p_shaky__b", sa.Column("id", sa.Integer, primary_key=True))\n    raise SystemExit("enough")'
    )
    write_revision(folder, "0002", "0001", body)
    with pytest.raises(
        MigrationError, match="the migration of shaky stopped at revision 0001: SystemExit: enough"
    ) as failed:
        migrate.upgrade(url, "shaky", folder)
    assert (failed.value.branch, failed.value.stopped_at) == ("shaky", "0001")
    assert migrate.tables(url, "shaky") == ["p_shaky__a"]


def instance(instances: Instances, folder: Path) -> str:
    """An SQLite site with one ticket that has one entry; its URL."""
    from hookdesk.app import create_app
    from hookdesk.services import intake
    from hookdesk.testing.instances import end
    from hookdesk.types.actors import ANONYMOUS
    from hookdesk.types.intake import InboundMessage

    config = instances.copy((), folder)
    app = create_app(config)
    with app.app_context():
        intake.submit(InboundMessage("portal", "grace@example.org", subject="Help", text="It burns."), ANONYMOUS)
    end(app)
    return config.database


def count(url: str, table: str) -> int:
    db = Database(url)
    with db.read() as reading:
        found = reading.scalar(select(func.count()).select_from(text(table)))
    db.dispose()
    return int(found)


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(hookdesk_instances: Instances, tmp_path: Path) -> None:
    url = instance(hookdesk_instances, tmp_path / "instance")
    body = 'with op.batch_alter_table("ticket", recreate="always") as batch:\n        batch.add_column(sa.Column("extra", sa.Integer))'
    write_revision(tmp_path / "rebuild", "0001", None, body)
    migrate.upgrade(url, "rebuild", tmp_path / "rebuild")
    assert (count(url, "ticket"), count(url, "thread_entry")) == (1, 1)


def test_a_revision_that_leaves_rows_without_what_they_refer_to_is_told(
    hookdesk_instances: Instances, tmp_path: Path
) -> None:
    url = instance(hookdesk_instances, tmp_path / "instance")
    write_revision(tmp_path / "careless", "0001", None, 'op.execute("DELETE FROM ticket")')
    with pytest.raises(MigrationError, match="refer to rows of ticket that are gone"):
        migrate.upgrade(url, "careless", tmp_path / "careless")


def test_an_sqlite_file_with_tickets_is_copied_first(hookdesk_instances: Instances, tmp_path: Path) -> None:
    url = instance(hookdesk_instances, tmp_path / "instance")
    write_revision(tmp_path / "bold", "0001", None, "op.execute(\"UPDATE ticket SET subject = 'gone'\")")
    migrate.upgrade(url, "bold", tmp_path / "bold")
    copy = tmp_path / "instance" / "backup-before-bold-base.db"
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT subject FROM ticket").fetchall() == [("Help",)]
    connection.close()
    db = Database(url)
    with db.read() as reading:
        assert reading.scalar(select(Ticket.subject)) == "gone"
    db.dispose()


@pytest.mark.requires("statuses", "topics")
def test_an_upgrade_makes_one_copy_and_two_are_kept(hookdesk_instances: Instances, tmp_path: Path) -> None:
    """However many branches are behind; each would be as large as the site."""
    url, folder = instance(hookdesk_instances, tmp_path / "instance"), tmp_path / "instance"
    for age, name in enumerate(("backup-before-core-0001.db", "backup-before-core-0002.db", "notes.db")):
        (folder / name).write_text("old")
        os.utime(folder / name, (1_000_000 + age, 1_000_000 + age))
    db = Database(url)
    with db.write() as session:  # their tables are not there yet
        session.execute(update(PluginState).where(PluginState.slug.in_(("statuses", "topics"))).values(is_enabled=True))
    done = upgrade_all(Config(instance=folder), db)
    db.dispose()
    assert [item.branch for item in done if not item.problem] == ["core", "statuses", "topics"]
    assert copied(folder) == ["backup-before-core-0002.db", "backup-before-statuses-base.db"]
    write_revision(tmp_path / "later", "0001", None, "op.execute(\"UPDATE ticket SET subject = 'gone'\")")
    migrate.upgrade(url, "later", tmp_path / "later")
    assert copied(folder) == ["backup-before-later-base.db", "backup-before-statuses-base.db"]
    assert (folder / "notes.db").exists()


def copied(folder: Path) -> list[str]:
    """The copies that are there."""
    return sorted(file.name for file in folder.glob("backup-before-*"))


def test_without_room_for_a_copy_nothing_is_migrated(
    hookdesk_instances: Instances, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = instance(hookdesk_instances, tmp_path / "instance")
    write_revision(tmp_path / "bold", "0001", None, "op.execute(\"UPDATE ticket SET subject = 'gone'\")")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1000))
    with pytest.raises(MigrationError, match=r"no room for a copy of hookdesk\.db"):
        migrate.upgrade(url, "bold", tmp_path / "bold")
    assert (migrate.current(url, "bold"), copied(tmp_path / "instance")) == ("", [])


def test_a_new_site_is_not_copied(tmp_path: Path) -> None:
    migrate.upgrade(f"sqlite:///{tmp_path / 'new.db'}")
    assert list(tmp_path.glob("backup-*")) == []


def test_the_next_revision_is_written_from_the_models(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'written.db'}"
    (tmp_path / "folder").mkdir()
    written = migrate.revision(url, CORE, tmp_path / "folder", "All at once", "0001")
    assert written.name == "0001_all_at_once.py"
    assert "op.create_table('ticket'" in written.read_text() or 'op.create_table("ticket"' in written.read_text()
    migrate.upgrade(url, CORE, tmp_path / "folder")
    assert migrate.check(url) == []
