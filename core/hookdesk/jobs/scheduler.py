"""Finds jobs whose time has come. One process of the whole site does so (a lease), however many workers and nodes there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.jobs import lease
from hookdesk.jobs.registry import jobs
from hookdesk.models import JobRun
from hookdesk.services.transaction import transact

LEASE = "scheduler"
LEASE_S = 20
RENEW_S = 5.0
CUT_OFF_AGAIN = timedelta(seconds=5)
SKEW = timedelta(minutes=1)
"""What ran later than that was before the clock was set back; its time would come too late."""


class Scheduler:
    """Asks for due jobs while it holds the lease."""

    def __init__(self) -> None:
        """The lease is taken at the first look."""
        self._held_until = 0.0
        self._ask_again = 0.0

    def due(self) -> list[str]:
        """The names of due jobs, longest due first; none while another process schedules."""
        if not self._holds():
            return []
        now = clock.now()
        is_due = or_(JobRun.due_at <= now, JobRun.finished_at > now + SKEW)
        query = select(JobRun.name).where(is_due).order_by(JobRun.due_at)
        names = list(reading().scalars(query))
        release()
        return [name for name in names if name in jobs()]

    def _holds(self) -> bool:
        """True while the lease is ours; it is renewed, or asked for, each 5 seconds."""
        if monotonic() >= self._ask_again:
            self._ask_again = monotonic() + RENEW_S
            if transact(lambda session: lease.acquire(session, LEASE, LEASE_S), race=True):
                self._held_until = self._ask_again + RENEW_S
        return monotonic() < self._held_until

    def let_go(self) -> None:
        """Free the lease for the next process."""
        if self._held_until:
            transact(lambda session: lease.release(session, LEASE))


def wake_at(session: Session, name: str, moment: datetime) -> None:
    """Let a job run at that moment, if it would run later; it is found within a second after that, once the session has committed."""
    session.execute(update(JobRun).where(JobRun.name == name, JobRun.due_at > moment).values(due_at=moment))


def register() -> None:
    """Done by each worker at its start: a job that never ran is due now, and one that was cut off (its process died) in 5 seconds.

    Not at once: a job that kills its process each time must leave some time to the others.
    """

    def work(session: Session) -> None:
        known = {run.name: run for run in session.scalars(select(JobRun))}
        for name in jobs().keys() - known.keys():
            session.add(JobRun(name=name, due_at=clock.now()))
        soon = clock.now() + CUT_OFF_AGAIN
        for run in known.values():
            is_unfinished = run.started_at is not None and run.finished_at is None
            if is_unfinished and run.due_at > soon and not lease.is_held(session, f"job:{run.name}"):
                run.due_at = soon

    transact(work, race=True)
