"""Loading: what runs, in which order, and what is passed over in silence on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.broken_plugins.install import Install

from hookdesk import clock
from hookdesk.config import Config
from hookdesk.db.engine import Database
from hookdesk.hookspecs import WebHooks
from hookdesk.lifecycle.loader import Loaded, load
from hookdesk.models import PluginState
from hookdesk.secrets import Keys
from hookdesk.testing import Instances
from hookdesk.types.actors import ANONYMOUS

LINK = '''
from hookdesk.api import NavItem, Plugin, hookimpl

class Broken(Plugin):
    """Link"""

    @hookimpl
    def nav_items(self, actor, area):
        return [NavItem(area, self.slug, "core.front")]
'''

DECLARING = '''
from collections.abc import Sequence
from hookdesk.api import Plugin, Shape, When, spec

class ReportHooks:
    """Reports"""

    @spec(Shape.COLLECT, when=When.REQUEST, since="1.0")
    def widgets(self, *, size: int) -> Sequence[str] | None:
        """Widgets of a size."""

class Broken(Plugin):
    """Reports"""

    hookspecs = (ReportHooks,)
'''

USING = '''
from hookdesk.api import Plugin, hookimpl

class Broken(Plugin):
    """Uses reports"""

    uses = ("reports",)

    @hookimpl
    def widgets(self, size):
        return [f"chart {size}"]
'''


@pytest.fixture
def config(hookdesk_instances: Instances, tmp_path: Path) -> Config:
    return hookdesk_instances.copy((), tmp_path / "instance")


@pytest.fixture
def db(config: Config) -> Iterator[Database]:
    database = Database(config.database)
    yield database
    database.dispose()


def loaded(config: Config, db: Database, **positions: int | None) -> Loaded:
    """Load with these plugins switched on, at these positions."""
    with db.write() as session:
        for slug, position in positions.items():
            session.merge(
                PluginState(
                    slug=slug, is_enabled=True, position=position, stopped_at="", problem="", updated_at=clock.now()
                )
            )
    return load(config, db, Keys(b"key"))


def labels(found: Loaded) -> list[str]:
    return [str(item.label) for item in found.hooks.collect(WebHooks.nav_items, actor=ANONYMOUS, area="portal")]


def test_hooks_are_asked_in_the_admins_order(config: Config, db: Database, install: Install) -> None:
    for slug in ("aa", "bb", "cc"):
        install(slug, LINK)
    assert labels(loaded(config, db, aa=3, bb=1, cc=2)) == ["bb", "cc", "aa"]
    assert labels(loaded(config, db, aa=None, bb=None, cc=1)) == ["cc", "aa", "bb"]


def test_only_what_is_switched_on_is_imported(config: Config, db: Database, install: Install) -> None:
    install("sleeping", "raise SystemExit('imported!')")
    install("awake", LINK)
    found = loaded(config, db, awake=None)
    assert [plugin.slug for plugin in found.plugins] == ["awake"]
    assert found.plugins.problems == {}


def test_a_plugins_own_hooks_are_declared_before_others_implement_them(
    config: Config, db: Database, install: Install
) -> None:
    install("aa_user", USING)
    install("reports", DECLARING)
    found = loaded(config, db, aa_user=1, reports=2)
    assert found.plugins.problems == {}
    assert [item.plugin for item in found.hooks.implementations("widgets")] == ["aa_user"]


CHOOSY = """
from hookdesk.api import NavItem, Plugin, asked_for, hookimpl

class Broken(Plugin):
    \"\"\"Choosy\"\"\"

    @hookimpl
    @asked_for(area=["portal"])
    def nav_items(self, actor, area):
        return [NavItem(area, area, "x")]
"""


def test_who_says_for_what_is_asked_for_nothing_else(config: Config, db: Database, install: Install) -> None:
    install("choosy", CHOOSY)
    found = loaded(config, db, choosy=None)
    assert labels(found) == ["portal"]
    assert list(found.hooks.collect(WebHooks.nav_items, actor=ANONYMOUS, area="admin")) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("area=[", "ares=[", "nav_items has no argument ares (did you mean area?); it has actor, area"),
        (
            "nav_items(self, actor, area)",
            "ticket_created(self, event)",
            "ticket_created has no argument area; it has event",
        ),
    ],
)
def test_nobody_is_asked_for_what_a_hook_does_not_give(
    config: Config, db: Database, install: Install, old: str, new: str, problem: str
) -> None:
    install("choosy", CHOOSY.replace(old, new))
    assert loaded(config, db, choosy=None).plugins.problems == {"choosy": problem}


def test_a_hook_of_an_absent_plugin_is_passed_over_if_it_is_named_in_uses(
    config: Config, db: Database, install: Install
) -> None:
    install("user", USING)
    found = loaded(config, db, user=None)
    assert found.plugins.problems == {}
    assert "widgets" not in found.hooks.specs


def test_a_hook_of_an_absent_plugin_is_an_error_if_it_is_not(config: Config, db: Database, install: Install) -> None:
    install("user", USING.replace('("reports",)', "()"))
    assert loaded(config, db, user=None).plugins.problems == {"user": "there is no hook widgets"}


def test_a_hook_that_two_plugins_declare_belongs_to_the_first(config: Config, db: Database, install: Install) -> None:
    install("reports", DECLARING)
    install("statistics", DECLARING)
    found = loaded(config, db, reports=1, statistics=2)
    assert [plugin.slug for plugin in found.plugins] == ["reports"]
    assert "the hook widgets is declared twice" in found.plugins.problems["statistics"]


def test_what_stands_on_one_that_failed_is_left_out_too(config: Config, db: Database, install: Install) -> None:
    install("ground", "raise ValueError('no')")
    install("house", LINK.replace('"""Link"""', 'depends = ("ground",)'))
    problems = loaded(config, db, ground=None, house=None).plugins.problems
    assert problems == {"ground": "ValueError: no", "house": "it depends on ground, which could not be loaded"}


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("Broken = 5", "is no subclass of hookdesk.api.Plugin"),
        ("from hookdesk.api import Plugin as Broken", "is no subclass of hookdesk.api.Plugin"),
        (LINK.replace("return [", "yield ["), "nav_items is a wrapper"),
    ],
)
def test_what_is_no_plugin_is_told(config: Config, db: Database, install: Install, source: str, problem: str) -> None:
    install("odd", source)
    assert problem in loaded(config, db, odd=None).plugins.problems["odd"]


def test_a_database_without_tables_runs_the_core_alone(tmp_path: Path) -> None:
    config = Config(instance=tmp_path, secret_key="-")
    db = Database(config.database)
    found = load(config, db, Keys(b"key"))
    assert list(found.plugins) == []
    assert found.generation == 0
    db.dispose()


def test_each_application_has_plugins_of_its_own(config: Config, db: Database, install: Install) -> None:
    install("link", LINK)
    first, second = loaded(config, db, link=None), loaded(config, db, link=None)
    assert first.plugins.get("link") is not second.plugins.get("link")
