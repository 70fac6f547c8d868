"""Whatever a plugin does wrong, its error bears its name, and the site goes on without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk import clock
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.lifecycle.switch import Lifecycle, LifecycleError
from hookdesk.models import Decision, Delivery, PluginError, PluginState, PluginTiming, Ticket
from hookdesk.services import intake
from hookdesk.site import site
from hookdesk.testing import Instances
from hookdesk.testing.instances import end
from hookdesk.types.actors import ANONYMOUS
from hookdesk.types.intake import InboundMessage
from tests.broken_plugins.install import HERE, SMALLEST, Install

Start = Callable[[], Flask]
MESSAGE = InboundMessage(
    channel="portal", sender_address="grace@example.org", subject="Help", text="The printer is on fire."
)


@pytest.fixture
def config(hookdesk_instances: Instances, tmp_path: Path) -> Config:
    return hookdesk_instances.copy((), tmp_path / "instance")


@pytest.fixture
def db(config: Config) -> Iterator[Database]:
    database = Database(config.database)
    yield database
    database.dispose()


@pytest.fixture
def start(config: Config) -> Iterator[Start]:
    """`start()`: the application of one more process on the site; all of them end with the test."""
    with ExitStack() as running:

        def start() -> Flask:
            app = create_app(config)
            running.callback(end, app)
            return app

        yield start


@pytest.fixture
def lifecycle(config: Config, db: Database) -> Lifecycle:
    return Lifecycle(config, db)


def force_on(db: Database, *slugs: str) -> None:
    """Switch plugins on without asking anybody, as an older release may have left them."""
    with db.write() as session:
        for slug in slugs:
            session.merge(PluginState(slug=slug, is_enabled=True, stopped_at="", problem="", updated_at=clock.now()))


def state(db: Database, slug: str) -> PluginState:
    with db.read() as reading:
        found: PluginState = reading.scalars(select(PluginState).where(PluginState.slug == slug)).one()
    return found


def errors(db: Database, slug: str) -> list[tuple[str, str]]:
    """Hook and error, as the admin sees them."""
    with db.read() as reading:
        rows = reading.all(select(PluginError.hook, PluginError.error).where(PluginError.plugin == slug))
    return [(row.hook, row.error) for row in rows]


def assert_works(app: Flask) -> None:
    """A ticket can be made and a page be seen."""
    with app.app_context():
        settled = intake.submit(MESSAGE, ANONYMOUS)
        with site().db.read() as reading:
            subject = reading.scalar(select(Ticket.subject).where(Ticket.id == settled.ticket_id))
        site().plugins.flush(everything=True)
        assert subject == "Help"
    assert app.test_client().get("/agent/login").status_code == 200


REFUSED = {
    "import_error": "cannot be imported: ModuleNotFoundError: No module named 'a_module_that_is_not_there'",
    "exits_at_import": "cannot be imported: SystemExit: this plugin wants to be a script",
    "broken_mapper": "NoSuchModel",
    "wrong_hook": r"there is no hook intake_scren \(did you mean intake_screen\?\)",
    "wrong_argument": r"intake_screen has no argument mesage \(did you mean message\?\)",
    "stray_table": "the table p_spam_words__word_of_another must be named p_stray_table__",
    "core_model": "the model Word stands on core's Base",
    "open_page": "the view open_page.page does not state who may use it",
}


@pytest.mark.parametrize("slug", REFUSED)
def test_switching_it_on_is_refused_with_the_reason(
    slug: str, install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install_broken(slug)
    with pytest.raises(LifecycleError, match=REFUSED[slug]) as refused:
        lifecycle.enable(slug)
    assert str(refused.value).startswith(f"{slug} was not switched on: ")
    stored = state(db, slug)
    assert not stored.is_enabled
    assert stored.problem in str(refused.value)
    app = start()
    assert_works(app)
    with app.app_context():
        assert site().plugins.get(slug) is None


def test_one_that_hangs_is_given_up(install_broken: Install, lifecycle: Lifecycle, start: Start) -> None:
    install_broken("hangs_at_import")
    lifecycle.limit = 3
    with pytest.raises(LifecycleError, match="did not come to an end within 3 seconds"):
        lifecycle.enable("hangs_at_import")
    assert_works(start())


@pytest.mark.parametrize("slug", ["import_error", "exits_at_import", "broken_mapper", "wrong_hook", "wrong_argument"])
def test_a_process_starts_without_it_and_says_so(
    slug: str, install_broken: Install, start: Start, db: Database
) -> None:
    install_broken(slug)
    force_on(db, slug)
    app = start()
    with app.app_context():
        assert (
            REFUSED[slug].partition(": ")[2].split(" ")[0].strip("\\") in site().plugins.problems[slug]
            or slug == "broken_mapper"
        )
        assert site().plugins.get(slug) is None
    assert_works(app)
    assert [hook for hook, _ in errors(db, slug)] in (["import"], ["load"])


def test_a_broken_mapper_stays_out_of_everybody_elses_queries(
    install_broken: Install, start: Start, db: Database
) -> None:
    install_broken("broken_mapper")
    force_on(db, "broken_mapper")
    for _ in range(2):
        assert_works(start())


def test_a_slug_that_two_distributions_claim_belongs_to_neither(
    install: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install("twice", distribution="hookdesk-twice")
    install("twice", distribution="another-twice")
    force_on(db, "twice")
    app = start()
    with app.app_context():
        assert (
            site().plugins.problems["twice"]
            == "another-twice and hookdesk-twice both claim the slug twice; uninstall one of them"
        )
    assert_works(app)
    with pytest.raises(LifecycleError, match="both claim the slug twice"):
        lifecycle.enable("twice")


def test_nobody_takes_a_slug_from_the_box(install: Install, start: Start) -> None:
    install("topics", entry="hookdesk_topics_thief.plugin:Broken", distribution="thief")
    app = start()
    with app.app_context():
        assert site().plugins.found["topics"].distribution == "hookdesk"


def test_one_for_another_core_is_listed_but_not_loaded(
    install: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install("future", "raise SystemExit('must not be imported')", requires="hookdesk>=99")
    with pytest.raises(LifecycleError, match="it needs hookdesk >=99"):
        lifecycle.enable("future")
    force_on(db, "future")
    app = start()
    with app.app_context():
        assert "it needs hookdesk >=99" in site().plugins.problems["future"]
    assert_works(app)


RUNNING = {
    "raises": {("intake_screen", "ValueError: no idea about Help"), ("ticket_filter", "KeyError: 'department'")},
    "exits": {("intake_screen", "SystemExit: 3")},
    "bad_return": {
        ("intake_screen", "TypeError: intake_screen must return Verdict or None, not str"),
        ("ticket_filter", "TypeError: ticket_filter must return TicketDraft or None, not dict"),
    },
    "writes": {
        ("ticket_filter", "WriteRefused: write-time hooks return what they want stored and never write;"
         " nor is a unit of work opened inside another"),
        ("ticket_problems", "WriteRefused: only SELECT may run here; return a changed draft or rows, or use a service"),
    },
}  # fmt: skip


@pytest.mark.parametrize("slug", RUNNING)
def test_what_fails_at_work_is_skipped_and_attributed(
    slug: str, install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install_broken(slug)
    lifecycle.enable(slug)
    app = start()
    assert_works(app)
    assert RUNNING[slug] <= set(errors(db, slug))
    with db.read() as reading:
        failed = {
            row.hook
            for row in reading.all(select(Decision.hook).where(Decision.plugin == slug, Decision.outcome == "failed"))
        }
        assert failed == {hook for hook, _ in RUNNING[slug] if hook != "ticket_problems"} | (
            failed & {"ticket_problems"}
        )
        tracebacks = list(reading.scalars(select(PluginError.traceback).where(PluginError.plugin == slug)))
    assert all(f"hookdesk_{slug}" in text or slug == "bad_return" for text in tracebacks)


def test_a_conflict_that_no_retry_cures_is_the_plugins_own(
    install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install_broken("deadlocks")
    lifecycle.enable("deadlocks")
    app = start()
    assert_works(app)
    with app.app_context():
        plugin = site().plugins.get("deadlocks")
        assert plugin is not None
        assert vars(type(plugin))["attempts"] == 3
    assert [hook for hook, _ in errors(db, "deadlocks")] == ["ticket_filter"]


SULKS = """
    from hookdesk.api import AuthProvider, Plugin, hookimpl

    class Broken(Plugin):
        \"\"\"Fails on a page\"\"\"

        @hookimpl
        def template_slot(self, slot, actor, args):
            raise RuntimeError("nothing to show today")
"""


def test_one_that_fails_on_pages_is_told_of_at_once_and_paused(install: Install, start: Start, db: Database) -> None:
    install("sulks", SULKS)
    force_on(db, "sulks")
    client = start().test_client()
    assert client.get("/agent/login").status_code == 200
    assert errors(db, "sulks") == [("template_slot", "RuntimeError: nothing to show today")]
    for _ in range(9):
        assert client.get("/agent/login").status_code == 200
    assert len(errors(db, "sulks")) == 5
    assert state(db, "sulks").paused_until is not None


def test_a_failing_subscriber_is_tried_again_and_harms_no_other(
    install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    from hookdesk.jobs.registry import jobs

    install_broken("raises")
    lifecycle.enable("raises")
    app = start()
    assert_works(app)
    with app.app_context():
        while jobs()["outbox"].job.run():
            pass
    with db.read() as reading:
        waiting = reading.all(select(Delivery.event, Delivery.plugin, Delivery.error))
    assert [tuple(row) for row in waiting] == [("ticket_created", "raises", "OSError: the other side is down")]


def test_a_slow_one_is_measured(install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database) -> None:
    install_broken("slow")
    lifecycle.enable("slow")
    assert_works(start())
    with db.read() as reading:
        row = reading.first(select(PluginTiming).where(PluginTiming.plugin == "slow"))
    assert row is not None
    assert (row[0].hook, row[0].calls, row[0].errors) == ("intake_screen", 1, 0)
    assert row[0].slowest >= 50_000


def test_a_migration_that_stops_half_way_leaves_the_plugin_off_and_can_be_undone(
    install_broken: Install, lifecycle: Lifecycle, start: Start, config: Config, db: Database
) -> None:
    install_broken("half_migrated")
    with pytest.raises(LifecycleError, match="the migration of half_migrated stopped at revision 0001"):
        lifecycle.enable("half_migrated")
    stored = state(db, "half_migrated")
    assert (stored.is_enabled, stored.stopped_at) == (False, "base..0001")
    assert migrate.tables(config.database, "half_migrated") == ["p_half_migrated__first"]
    assert_works(start())
    lifecycle.undo("half_migrated")
    assert migrate.tables(config.database, "half_migrated") == []
    assert state(db, "half_migrated").stopped_at == ""


def test_what_a_stopped_migration_left_can_be_undone_however_often_it_was_tried(
    install_broken: Install, lifecycle: Lifecycle, config: Config, db: Database
) -> None:
    folder = install_broken("half_migrated")
    for _ in range(2):
        with pytest.raises(LifecycleError, match="stopped at revision 0001"):
            lifecycle.enable("half_migrated")
    (folder / "plugin.py").write_text((folder / "plugin.py").read_text() + "\nimport a_module_that_is_not_there\n")
    with pytest.raises(LifecycleError, match="cannot be imported"):
        lifecycle.enable("half_migrated")
    assert state(db, "half_migrated").stopped_at == "base..0001"
    lifecycle.undo("half_migrated")
    assert migrate.tables(config.database, "half_migrated") == []


def test_a_mended_migration_goes_on_where_it_stopped(
    install_broken: Install, lifecycle: Lifecycle, start: Start, config: Config, db: Database
) -> None:
    folder = install_broken("half_migrated")
    with pytest.raises(LifecycleError):
        lifecycle.enable("half_migrated")
    second = folder / "migrations" / "0002_second.py"
    second.write_text("\n".join(line for line in second.read_text().splitlines() if "NONSENSE" not in line))
    lifecycle.enable("half_migrated")
    assert state(db, "half_migrated").is_enabled
    assert migrate.tables(config.database, "half_migrated") == ["p_half_migrated__first", "p_half_migrated__second"]
    assert_works(start())


@pytest.mark.postgres
def test_the_same_on_postgresql(install_broken: Install, config: Config, fresh_postgres_url: str) -> None:
    install_broken("half_migrated")
    url = fresh_postgres_url
    migrate.upgrade(url)
    with pytest.raises(migrate.MigrationError, match="stopped at revision 0001"):
        migrate.upgrade(url, "half_migrated", HERE / "half_migrated" / "migrations")
    assert migrate.tables(url, "half_migrated") == ["p_half_migrated__first"]
    assert migrate.downgrade(url, "half_migrated", HERE / "half_migrated" / "migrations") == ""
    assert migrate.tables(url, "half_migrated") == []


def test_one_that_cannot_be_set_up_is_switched_off_again(
    install_broken: Install, lifecycle: Lifecycle, start: Start, db: Database
) -> None:
    install_broken("fails_on_enable")
    with pytest.raises(
        LifecycleError, match=r"switched off again: .*ConnectionError: the licence server does not answer"
    ):
        lifecycle.enable("fails_on_enable")
    assert not state(db, "fails_on_enable").is_enabled
    assert_works(start())


def test_a_neighbour_of_broken_ones_still_runs(
    install: Install, install_broken: Install, start: Start, db: Database
) -> None:
    install("fine", SMALLEST.format(name="Broken"))
    install_broken("import_error")
    install_broken("wrong_hook")
    force_on(db, "fine", "import_error", "wrong_hook")
    app = start()
    with app.app_context():
        assert [plugin.slug for plugin in site().plugins] == ["fine"]
    assert_works(app)
