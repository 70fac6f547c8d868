"""Runs one job by name: under its lease, in batches, with its outcome in `JobRun`. What a job raises never ends the worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from time import monotonic

from flask import Flask
from sqlalchemy import case, literal, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.jobs import lease
from hookdesk.jobs.registry import CORE, Entry, jobs
from hookdesk.jobs.watchdog import Watchdog
from hookdesk.models import JobRun, table_of
from hookdesk.services import log as system_log
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.wakeup import wake
from hookdesk.wakeup.hints import leave_file, queue_of

log = logging.getLogger(__name__)
SLICE_S = 10.0
"""A job with much to do makes room for the others after this long, and is woken again."""
LONGEST_REST_S = 60.0
ENGINE = "jobs.engine"
_RUNS = table_of(JobRun)


def lease_name(job: str) -> str:
    """The lease that a job runs under."""
    return f"job:{job}"


class Engine:
    """Runs jobs in this process, one at a time."""

    def __init__(self, app: Flask, watchdog: Watchdog, stopping: Callable[[], bool]) -> None:
        """`stopping` is asked between batches: True ends a run early."""
        self._app = app
        self._watchdog = watchdog
        self._stopping = stopping
        self._failures: dict[str, int] = {}
        self._resting: dict[str, float] = {}

    def is_resting(self, name: str) -> bool:
        """True for a while after a failure, for whoever would run the job merely because there is work."""
        return monotonic() < self._resting.get(name, 0.0)

    def run(self, name: str) -> int:
        """Run a job until it has nothing to do, its slice is over or the process stops; how many things it did.

        A job that runs elsewhere is asked for again a second later, for it may have looked before the work was there.
        """
        site().settings.forget()  # whoever woke it may have changed this very moment what it goes by
        entry = jobs().get(name)
        if entry is None or entry.plugin in site().hooks.paused():
            return 0
        planned = transact(lambda session: _begin(session, entry), race=True)
        if planned is None:
            leave_file(site().config, name)
            return 0
        done, error, more = self._batches(entry)
        soon = self._next(entry)
        transact(lambda session: _end(session, entry, planned, soon, done, error))
        if more:
            wake(name)
        return done

    def _batches(self, entry: Entry) -> tuple[int, str, bool]:
        """Run batches: how much was done, the error if one ended them, and whether there is more."""
        name, until, done = entry.job.name, monotonic() + SLICE_S, 0
        while True:
            try:
                with self._watchdog.watching(name), self._app.app_context():
                    count = entry.job.run()
            except (Exception, SystemExit) as error:  # a job's error is stored, and the job is due again later
                self._failed(entry, error)
                return done, f"{type(error).__name__}: {error}"[:2000], False
            finally:
                site().plugins.flush()
            self._failures.pop(name, None)
            done += count
            if count <= 0 or self._stopping() or monotonic() > until:
                return done, "", count > 0

    def _next(self, entry: Entry) -> datetime | None:
        """When the job says that there will be work again."""
        if entry.job.next_at is None:
            return None
        try:
            with self._app.app_context():
                return entry.job.next_at()
        except (Exception, SystemExit) as error:  # the job still runs when it is next due
            self._failed(entry, error)
            return None

    def _failed(self, entry: Entry, error: BaseException) -> None:
        """Record an error against its owner, and let the job rest: longer after each failure in a row, up to a minute."""
        name = entry.job.name
        log.error("job %s failed", name, exc_info=error)
        if entry.plugin != CORE:
            site().hooks.recorder.failed(entry.plugin, "scheduled_jobs", error)
        self._failures[name] = self._failures.get(name, 0) + 1
        self._resting[name] = monotonic() + min(2.0 ** self._failures[name], LONGEST_REST_S)


def run_woken(name: str) -> None:
    """What RQ calls for a wake-up. The name is free again before the run begins: a wake-up during the run leads to a further one."""
    here = site()
    queue = queue_of(here)
    if queue is not None:
        queue.started(name)
    engine = here.extra[ENGINE]
    assert isinstance(engine, Engine)
    engine.run(name)


def _begin(session: Session, entry: Entry) -> datetime | None:
    """Take the lease and note the start; when that is due again which is not asked for earlier. None if the job runs elsewhere."""
    name, now = entry.job.name, clock.now()
    if not lease.acquire(session, lease_name(name)):
        return None
    begun = {"started_at": now, "finished_at": None, "due_at": now + entry.job.every}
    if not session.execute(update(_RUNS).where(_RUNS.c.name == name).values(begun)).rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
        session.add(JobRun(name=name, **begun))
    return begun["due_at"]


def _end(session: Session, entry: Entry, planned: datetime, soon: datetime | None, done: int, error: str) -> None:
    """Note the outcome and let go of the lease. The same error again is not logged again.

    A run that `wake_at` asked for meanwhile stays asked for.
    """
    name, now = entry.job.name, clock.now()
    lease.release(session, lease_name(name))
    if error and error != session.scalar(select(_RUNS.c.error).where(_RUNS.c.name == name)):
        told = f"The job {name} failed and is tried again when it is next due. {error}"
        system_log.write(session, "error", "jobs", told)
    following = min(moment for moment in (soon, now + entry.job.every) if moment is not None)
    is_asked_for = _RUNS.c.due_at < min(planned, following)
    due = case((is_asked_for, _RUNS.c.due_at), else_=literal(following, _RUNS.c.due_at.type))
    outcome = {"due_at": due, "finished_at": now, "done": done, "error": error}
    session.execute(update(_RUNS).where(_RUNS.c.name == name).values(outcome))
