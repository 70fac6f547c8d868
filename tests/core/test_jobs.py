"""Jobs run under a lease, in batches, on time; what one raises is stored and ends nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hookdesk import outbox
from hookdesk.clock import now
from hookdesk.db.context import reading, release
from hookdesk.jobs import cleanup, lease, overview, registry, watchdog
from hookdesk.jobs.engine import ENGINE, Engine, run_woken
from hookdesk.jobs.scheduler import Scheduler, register
from hookdesk.jobs.worker import Worker
from hookdesk.models import Delivery, JobRun, Lease, OutboxEvent, PluginError, SystemLog
from hookdesk.outbox.attempt import attempt
from hookdesk.plugins.caller import Implementation
from hookdesk.services import intake
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.testing import Clock
from hookdesk.types.events import Event
from hookdesk.types.jobs import Job
from hookdesk.wakeup import hints, wake

Add = Callable[..., None]
EVERY = timedelta(minutes=10)


@pytest.fixture
def context(hookdesk_app: Flask) -> Iterator[None]:
    """An application context."""
    (hints.folder(hookdesk_app.extensions["hookdesk"].config)).mkdir(parents=True, exist_ok=True)
    with hookdesk_app.app_context():
        yield


@pytest.fixture
def engine(context: None, hookdesk_app: Flask) -> Engine:
    """The engine of a worker that is not stopping."""
    made = Engine(hookdesk_app, watchdog.Watchdog(site()), lambda: False)
    site().extra[ENGINE] = made
    return made


@pytest.fixture
def add(context: None) -> Add:
    """`add("spam.sweep", run)`: a plugin's job."""

    def make(name: str, run: Callable[[], int], plugin: str = "") -> None:
        registry.jobs()[name] = registry.Entry(Job(name, run, EVERY), plugin or name.partition(".")[0])

    return make


def batches(*sizes: int) -> Callable[[], int]:
    """A job that does so many things in each batch, and nothing after the last."""
    left = list(sizes)
    return lambda: left.pop(0) if left else 0


def row(name: str) -> JobRun:
    """What is stored of a job's last run."""
    release()
    found = reading().scalars(select(JobRun).where(JobRun.name == name)).one()
    assert isinstance(found, JobRun)
    return found


def files() -> list[str]:
    """The wake-up files."""
    return sorted(path.name for path in hints.folder(site().config).iterdir())


def test_a_job_runs_until_it_has_nothing_to_do(engine: Engine, add: Add, clock: Clock) -> None:
    add("spam.sweep", batches(3, 2))
    assert engine.run("spam.sweep") == 5
    run = row("spam.sweep")
    assert (run.done, run.error, run.finished_at, run.due_at) == (5, "", clock.now, clock.now + EVERY)
    assert reading().all(select(Lease.name).where(Lease.until > clock.now - timedelta(seconds=30))) == []


def test_a_long_job_makes_room_after_its_slice_and_is_asked_for_again(
    engine: Engine, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hookdesk.jobs.engine.SLICE_S", 0.0)
    add("spam.sweep", batches(3, 2))
    assert engine.run("spam.sweep") == 3
    assert files() == ["spam.sweep"]


def test_a_worker_that_stops_leaves_the_rest_to_the_next_one(context: None, hookdesk_app: Flask, add: Add) -> None:
    engine = Engine(hookdesk_app, watchdog.Watchdog(site()), lambda: True)
    add("spam.sweep", batches(3, 2))
    assert engine.run("spam.sweep") == 3
    assert files() == ["spam.sweep"]


@pytest.mark.parametrize("error", [ValueError("no such table"), SystemExit(1)])
def test_what_a_job_raises_is_stored_and_it_is_tried_again_when_it_is_due(
    engine: Engine, add: Add, clock: Clock, error: BaseException
) -> None:
    def fail() -> int:
        raise error

    add("spam.sweep", fail)
    for _ in range(3):
        assert engine.run("spam.sweep") == 0
    assert type(error).__name__ in row("spam.sweep").error
    assert row("spam.sweep").due_at == clock.now + EVERY
    logged = reading().scalar(select(func.count()).where(SystemLog.source == "jobs"))
    assert logged == 1, "the same error again is no news"
    assert set(reading().scalars(select(PluginError.plugin))) == {"spam"}
    assert engine.is_resting("spam.sweep")
    add("spam.sweep", batches(1))
    engine.run("spam.sweep")
    assert row("spam.sweep").error == ""


def test_a_paused_plugins_job_waits(engine: Engine, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    add("spam.sweep", batches(3))
    monkeypatch.setattr(site().hooks, "_paused", lambda: frozenset({"spam"}))
    assert engine.run("spam.sweep") == 0
    monkeypatch.setattr(site().hooks, "_paused", frozenset)
    assert engine.run("spam.sweep") == 3


def test_an_unknown_job_is_passed_over(engine: Engine) -> None:
    assert engine.run("gone.sweep") == 0


def hold(name: str, holder: str, until: timedelta) -> None:
    """Give a lease to somebody else."""
    transact(lambda session: session.add(Lease(name=name, holder=holder, until=now() + until)))


def test_one_process_at_a_time_runs_a_job_and_who_came_too_early_comes_again(engine: Engine, add: Add) -> None:
    add("spam.sweep", batches(3))
    hold("job:spam.sweep", "elsewhere:1:1", timedelta(seconds=60))
    assert engine.run("spam.sweep") == 0
    assert files() == ["spam.sweep"]


@pytest.mark.parametrize("holder", ["elsewhere:1:1", "dead"])
def test_a_lease_of_a_lost_process_is_free_when_it_expires_or_its_process_is_seen_to_be_gone(
    engine: Engine, add: Add, clock: Clock, holder: str
) -> None:
    add("spam.sweep", batches(3))
    node = lease.holder().partition(":")[0]
    hold("job:spam.sweep", f"{node}:{os.getpid()}:1" if holder == "dead" else holder, timedelta(seconds=60))
    if holder != "dead":  # a process that now has the same number began at another time
        clock.advance(seconds=61)
    assert engine.run("spam.sweep") == 3


def test_a_lease_is_renewed_and_let_go_by_its_holder_alone(context: None, clock: Clock) -> None:
    assert transact(lambda session: lease.acquire(session, "mine"))
    assert transact(lambda session: lease.renew(session, "mine", 90))
    assert reading().scalar(select(Lease.until)) == clock.now + timedelta(seconds=90)
    release()
    transact(lambda session: session.execute(update(Lease).values(holder="elsewhere:1:1")))
    assert not transact(lambda session: lease.renew(session, "mine"))
    transact(lambda session: lease.release(session, "mine"))
    assert not transact(lambda session: lease.acquire(session, "mine"))
    transact(lambda session: session.execute(update(Lease).values(holder=lease.holder())))
    transact(lambda session: lease.release(session, "mine"))
    clock.advance(seconds=-30)
    transact(lambda session: session.execute(update(Lease).values(holder="elsewhere:1:1")))
    assert transact(lambda session: lease.acquire(session, "mine")), "free at once, also where a clock is behind"


def test_the_schedule_asks_for_each_job_when_its_time_has_come(context: None, add: Add, clock: Clock) -> None:
    add("spam.sweep", batches())
    register()
    plan = Scheduler()
    assert set(plan.due()) == set(registry.jobs()), "a job that never ran is due"
    transact(lambda session: session.execute(update(JobRun).values(due_at=clock.now + EVERY)))
    assert plan.due() == []
    clock.advance(minutes=11)
    assert "spam.sweep" in plan.due()
    registry.jobs().pop("spam.sweep")
    assert "spam.sweep" not in plan.due(), "its plugin is off"


def test_a_clock_that_is_set_back_keeps_no_job_from_running(context: None, add: Add, clock: Clock) -> None:
    add("spam.sweep", batches())
    register()
    plan = Scheduler()
    ran = {"started_at": clock.now, "finished_at": clock.now, "due_at": clock.now + EVERY}
    transact(lambda session: session.execute(update(JobRun).values(**ran)))
    assert plan.due() == []
    clock.advance(days=-1)
    assert "spam.sweep" in plan.due()


def test_a_job_that_was_cut_off_is_tried_again_soon_and_one_that_runs_elsewhere_is_left_alone(
    context: None, add: Add, clock: Clock
) -> None:
    for name in ("spam.cut_off", "spam.elsewhere", "spam.done"):
        add(name, batches())
    register()

    def start(session: Session) -> None:
        session.execute(update(JobRun).values(started_at=clock.now, finished_at=None, due_at=clock.now + EVERY))
        session.execute(update(JobRun).where(JobRun.name == "spam.done").values(finished_at=clock.now))
        node = lease.holder().partition(":")[0]
        until = clock.now + timedelta(seconds=60)
        session.add(Lease(name="job:spam.cut_off", holder=f"{node}:{os.getpid()}:1", until=until))
        session.add(Lease(name="job:spam.elsewhere", holder="elsewhere:1:1", until=until))

    transact(start)
    register()
    assert row("spam.cut_off").due_at == clock.now + timedelta(seconds=5)
    assert row("spam.elsewhere").due_at == row("spam.done").due_at == clock.now + EVERY


def test_one_process_of_the_site_schedules(context: None) -> None:
    register()
    hold("scheduler", "elsewhere:1:1", timedelta(seconds=60))
    assert Scheduler().due() == []


def test_a_plugins_job_must_bear_its_name(context: None) -> None:
    def scheduled_jobs() -> list[Job]:
        return [
            Job("spam.good", batches(), EVERY),
            Job("outbox", batches(), EVERY),
            Job("other.sweep", batches(), EVERY),
        ]

    site().extra.clear()
    site().hooks.install("scheduled_jobs", [Implementation("spam", scheduled_jobs, ())])
    assert set(registry.jobs()) == {"outbox", "deliveries", "intake", "attachments", "cleanup", "bin", "spam.good"}
    assert registry.jobs()["outbox"].plugin == "core"
    site().plugins.flush()
    assert reading().scalar(select(func.count()).select_from(PluginError)) == 2


def test_a_worker_finds_work_that_nobody_woke_it_for(context: None, hookdesk_app: Flask) -> None:
    transact(lambda session: outbox.emit(session, "ticket_changed", {"ticket_id": 1}))
    for file in hints.folder(site().config).iterdir():
        file.unlink()
    Worker(hookdesk_app).tick()
    assert reading().scalar(select(func.count()).select_from(OutboxEvent)) == 0


def test_without_redis_a_wake_up_is_a_file_that_the_worker_finds(context: None, hookdesk_app: Flask, add: Add) -> None:
    done: list[str] = []
    add("spam.sweep", lambda: done.append("x") or 0)  # type: ignore[func-returns-value]  # append returns None
    wake("spam.sweep")
    (hints.folder(site().config) / "..hidden").touch()
    assert "spam.sweep" in files()
    worker = Worker(hookdesk_app)
    register()
    transact(lambda session: session.execute(update(JobRun).values(due_at=now() + EVERY)))
    worker.tick()
    assert done == ["x"]
    assert files() == ["..hidden"], "what is no job's name is left alone"


def test_waking_never_fails(context: None, tmp_path: Path) -> None:
    for file in hints.folder(site().config).iterdir():
        file.unlink()
    hints.folder(site().config).rmdir()
    wake("spam.sweep")


def test_the_worker_leaves_when_the_plugins_have_changed(
    context: None, hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(hookdesk_app)
    assert not worker.is_stopping()
    monkeypatch.setattr(site().plugins, "generation", site().plugins.generation - 1)
    assert worker.is_stopping()


def test_the_worker_leaves_when_it_is_told_to_or_may_not_go_on(context: None, hookdesk_app: Flask) -> None:
    worker = Worker(hookdesk_app)
    worker.stop()
    assert worker.is_stopping()
    assert Worker(hookdesk_app, may_go_on=lambda: False).is_stopping()


def test_a_hung_batch_ends_its_process_and_is_told_and_put_off(
    context: None, add: Add, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    register()
    dog = watchdog.Watchdog(site(), hung=-1)
    dog.look()
    assert ended == [], "nothing runs"

    def subscriber(event: Event) -> None:
        dog.look()

    with dog.watching("outbox"):
        attempt(
            Implementation("spam", subscriber, ("event",)),
            Event("ticket_changed", "k1", clock.now, {"ticket_id": 1}),
        )
    assert ended == [watchdog.EXIT_STATUS]
    assert "more than" in row("outbox").error
    assert row("outbox").due_at == clock.now + watchdog.PUT_OFF
    found = reading().scalars(select(Delivery)).one()
    assert (found.plugin, found.key, found.attempts) == ("spam", "k1", 1), "the event goes on without its subscriber"


def test_a_long_batch_keeps_its_lease(context: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "RENEW_S", -1.0)
    transact(lambda session: lease.acquire(session, "job:outbox"))
    dog = watchdog.Watchdog(site())
    with dog.watching("outbox"):
        clock.advance(seconds=30)
        dog.look()
    assert reading().scalar(select(Lease.until)) == clock.now + timedelta(seconds=lease.LEASE_S)


def test_a_record_that_ends_its_process_is_put_off_and_at_last_kept_aside(
    context: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt  # nothing catches it, as nothing catches a killed process

    monkeypatch.setattr("hookdesk.services.intake_decide.decide", die)
    poison, other = intake.receive("test", b"poison"), intake.receive("test", b"other")
    assert poison is not None
    assert other is not None
    with pytest.raises(KeyboardInterrupt):
        intake.process_due()
    release()
    assert intake.load(poison).due_at > clock.now, "the other one comes first now"
    for _ in range(2 * intake.MOST_ATTEMPTS):
        clock.advance(hours=2)
        release()
        with suppress(KeyboardInterrupt):
            intake.process_due()
    release()
    assert intake.load(poison).outcome == intake.load(other).outcome == "quarantined"
    assert "gave up after 12 attempts" in intake.load(poison).reason
    is_pending = registry.jobs()["intake"].is_pending
    assert is_pending is not None
    assert not is_pending()


def test_the_panel_sees_each_job_and_can_ask_for_it(engine: Engine, add: Add, clock: Clock) -> None:
    add("spam.sweep", batches(2))
    engine.run("spam.sweep")
    lines = {line.name: line for line in overview.overview()}
    assert (lines["spam.sweep"].plugin, lines["spam.sweep"].done, lines["spam.sweep"].finished_at) == (
        "spam",
        2,
        clock.now,
    )
    assert (lines["outbox"].plugin, lines["outbox"].started_at) == ("core", None)
    assert overview.run_now("spam.sweep")
    assert "spam.sweep" in files()
    assert not overview.run_now("gone.sweep")


def test_old_rows_go_and_the_newest_stay(context: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "MOST_LINES", 10)

    def fill(session: Session) -> None:
        for age in (100, 100, *([1] * 15)):
            moment = clock.now - timedelta(days=age)
            session.add(SystemLog(level="info", source="test", message=str(age), created_at=moment))

    transact(fill)
    assert cleanup.clean_up() == 7
    assert cleanup.clean_up() == 0
    assert set(reading().scalars(select(SystemLog.message))) == {"1"}
    assert reading().scalar(select(func.count()).select_from(SystemLog)) == 10


class TestRedis:
    """With a real server."""

    @pytest.fixture(autouse=True)
    def with_redis(self, context: None, redis_url: str) -> Iterator[None]:
        """Let the site use it."""
        site().config = replace(site().config, redis_url=redis_url)
        yield
        queue = hints.queue_of(site())
        assert queue is not None
        queue.redis.close()

    def length(self) -> int:
        """How many wake-ups are on their way."""
        queue = hints.queue_of(site())
        assert queue is not None
        return len(queue.rq)

    def test_a_name_waits_once_and_can_be_woken_again_while_it_runs(self, engine: Engine, add: Add) -> None:
        seen = []

        def run() -> int:
            wake("spam.sweep")
            seen.append(self.length())
            return 0

        add("spam.sweep", run)
        wake("spam.sweep")
        wake("spam.sweep")
        assert self.length() == 1
        run_woken("spam.sweep")
        assert seen == [2], "the one that is waiting in this test, and the one for the further run"
        assert files() == []

    def test_rq_hands_wake_ups_to_the_engine(self, engine: Engine, add: Add) -> None:
        from hookdesk.jobs.rq_worker import RQWorker

        done: list[str] = []
        ticks: list[str] = []
        add("spam.sweep", lambda: done.append("x") or 0)  # type: ignore[func-returns-value]  # append returns None
        add("spam.fails", lambda: 1 // 0)
        wake("spam.fails")
        wake("spam.sweep")
        queue = hints.queue_of(site())
        assert queue is not None
        worker = RQWorker(queue, lambda: bool(done), lambda: ticks.append("t"))
        worker.work(logging_level="ERROR")
        worker.connection.close()
        assert done == ["x"]
        assert ticks
        assert "ZeroDivisionError" in row("spam.fails").error
        assert self.length() == 0
        assert not queue.redis.keys("rq:job:*"), "nothing is left of a run"

    def test_a_redis_that_went_away_is_no_failure_of_the_request(self, engine: Engine) -> None:
        queue = hints.queue_of(site())
        assert queue is not None
        queue.redis.connection_pool.connection_kwargs["path"] = "/nowhere/socket"
        queue.redis.connection_pool.disconnect()
        wake("outbox")
        wake("outbox")
        assert files() == ["outbox"], "the file stands in"
