"""What a process writes down about its plugins, the circuit breaker, and how it learns that it is outdated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hookdesk.counters import Counters
from hookdesk.db.engine import Database
from hookdesk.hookspecs import IntakeHooks
from hookdesk.hookspecs.spec import specs_of
from hookdesk.lifecycle.state import Plugins
from hookdesk.models import PluginError, PluginState, PluginTiming, SystemLog
from hookdesk.plugins.caller import Hooks, Implementation
from hookdesk.plugins.record import Recorder
from hookdesk.services import counters
from hookdesk.testing import Clock, Instances
from hookdesk.types.intake import InboundMessage, Verdict


class Seconds:
    """A hand that moves by itself: a second at each look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


class Process:
    """One process: its own counters, recorder and hooks, on the shared database."""

    def __init__(self, db: Database) -> None:
        self.db, self.recorder = db, Recorder()
        self.plugins = Plugins(db, {}, Counters(db, Seconds()), self.recorder)
        self.hooks = Hooks(self.recorder, self.plugins.paused)
        for info in specs_of(IntakeHooks):
            self.hooks.declare(info)
        self.calls = 0
        self.hooks.install("intake_screen", [Implementation("shaky", self.screen, ())])

    def screen(self) -> Verdict | None:
        """The plugin's code."""
        self.calls += 1
        raise ValueError("shaky")

    def ask(self) -> None:
        """Call the hook once, then do what happens between requests."""
        self.hooks.strongest(IntakeHooks.intake_screen, message=InboundMessage("test", "a@example.org"))
        self.plugins.flush()


@pytest.fixture
def db(hookdesk_instances: Instances, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    database = Database(hookdesk_instances.copy((), tmp_path / "instance").database)
    with database.write() as session:
        session.add(PluginState(slug="shaky", is_enabled=True, updated_at=clock.now))
    yield database
    database.dispose()


def count(db: Database) -> int:
    with db.read() as reading:
        return int(reading.scalar(select(func.count()).select_from(PluginError)))


def test_five_errors_in_five_minutes_pause_a_plugin_in_every_process(db: Database, clock: Clock) -> None:
    one, two = Process(db), Process(db)
    for _ in range(3):
        one.ask()
    two.ask()
    assert one.plugins.paused() == frozenset()
    two.ask()
    assert one.plugins.paused() == two.plugins.paused() == {"shaky"}
    one.ask()
    assert (one.calls, two.calls) == (3, 2)
    with db.read() as reading:
        said = list(reading.scalars(select(SystemLog.message).where(SystemLog.source == "shaky")))
    assert said == ["The plugin shaky failed 5 times in a few minutes; it is paused for 5 minutes."]


def test_a_pause_ends_by_itself_and_the_same_errors_do_not_count_again(db: Database, clock: Clock) -> None:
    one = Process(db)
    for _ in range(5):
        one.ask()
    clock.advance(minutes=5)
    assert one.plugins.paused() == frozenset()
    one.ask()
    assert one.calls == 6
    assert one.plugins.paused() == frozenset()


def test_errors_that_lie_far_apart_pause_nobody(db: Database, clock: Clock) -> None:
    one = Process(db)
    for _ in range(8):
        one.ask()
        clock.advance(minutes=2)
    assert one.plugins.paused() == frozenset()


def test_old_errors_are_forgotten(db: Database, clock: Clock) -> None:
    one = Process(db)
    one.ask()
    clock.advance(days=15)
    one.ask()
    assert count(db) == 1


def test_an_error_keeps_its_traceback(db: Database) -> None:
    Process(db).ask()
    with db.read() as reading:
        row = reading.first(select(PluginError.plugin, PluginError.hook, PluginError.error, PluginError.traceback))
    assert row is not None
    assert tuple(row)[:3] == ("shaky", "intake_screen", "ValueError: shaky")
    assert 'raise ValueError("shaky")' in row.traceback


def test_costs_of_all_processes_add_up_for_the_day(db: Database, clock: Clock) -> None:
    one, two = Process(db), Process(db)
    for process, microseconds in ((one, 10), (two, 30), (one, 20)):
        process.recorder.timed("quick", "nav_items", microseconds)
        process.plugins.flush(everything=True)
    clock.advance(days=1)
    one.recorder.timed("quick", "nav_items", 5)
    one.plugins.flush(everything=True)
    with db.read() as reading:
        rows = reading.all(
            select(PluginTiming.day, PluginTiming.calls, PluginTiming.microseconds, PluginTiming.slowest).order_by(
                PluginTiming.day
            )
        )
    assert [tuple(row) for row in rows] == [("2026-06-01", 3, 60, 30), ("2026-06-02", 1, 5, 5)]


def test_costs_are_written_each_fifteen_seconds_only(db: Database) -> None:
    one = Process(db)
    hand = Seconds()
    one.plugins = Plugins(db, {}, Counters(db, Seconds()), one.recorder, hand)
    written = []
    for _ in range(4):
        one.recorder.timed("quick", "nav_items", 1)
        hand.now += 6
        one.plugins.flush()
        with db.read() as reading:
            written.append(reading.scalar(select(PluginTiming.calls)))
    assert written == [None, None, 3, 3]


def test_a_process_is_outdated_once_the_generation_has_moved(db: Database) -> None:
    one = Process(db)
    assert not one.plugins.is_outdated()
    with db.write() as session:
        counters.increase(session, "settings")
    assert not one.plugins.is_outdated()
    with db.write() as session:
        counters.increase(session, "generation")
    assert one.plugins.is_outdated()
    assert not Process(db).plugins.is_outdated()


def test_what_cannot_be_stored_harms_no_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    Process(empty).ask()
    assert "errors of plugins could not be stored: ['ValueError: shaky']" in caplog.text
    empty.dispose()
