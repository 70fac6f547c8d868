"""Watches the running batch from a thread: holds its lease, and ends the process when it hangs. The supervisor starts a new one."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.jobs import lease
from hookdesk.models import JobRun
from hookdesk.outbox import deliveries
from hookdesk.outbox.attempt import present
from hookdesk.services import log as system_log
from hookdesk.site import Site

log = logging.getLogger(__name__)
HUNG_S = 300.0
RENEW_S = 15.0
LOOK_S = 5.0
EXIT_STATUS = 70
"""EX_SOFTWARE of sysexits.h: how a worker ends itself over a hung job."""
PUT_OFF = timedelta(minutes=10)


class Watchdog:
    """One for each worker. `hung` is how many seconds a batch may take."""

    def __init__(self, here: Site, hung: float = HUNG_S, beat: Callable[[], None] = lambda: None) -> None:
        """Nothing is watched yet; `start()` starts the thread, which calls `beat` at each look."""
        self._site = here
        self._beat = beat
        self._hung = hung
        self._job: tuple[str, float] | None = None
        self._renewed = 0.0

    @contextmanager
    def watching(self, name: str) -> Iterator[None]:
        """Watch one batch of a job."""
        self._renewed = monotonic()
        self._job = (name, self._renewed)
        try:
            yield
        finally:
            self._job = None

    def start(self) -> None:
        """Look every 5 seconds from now on."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _watch(self) -> None:
        """The thread."""
        pause = threading.Event()
        while not pause.wait(min(LOOK_S, self._hung / 2)):
            self._beat()
            self.look()

    def look(self) -> None:
        """Renew the lease of the running batch, or end the process if the batch hangs."""
        job = self._job
        if job is None:
            return
        name, began = job
        if monotonic() - began > self._hung:
            self._end(name)
        elif monotonic() - self._renewed > RENEW_S:
            self._renewed = monotonic()
            self._write(lambda session: lease.renew(session, f"job:{name}"))

    def _end(self, name: str) -> None:
        """Say what hung, put the job off so that the others get their turn, and end the process without ceremony."""
        told = f"A batch of the job {name} ran for more than {self._hung:.0f} s, so its worker was ended."
        log.critical(told)
        self._write(lambda session: self._note(session, name, told))
        os._exit(EXIT_STATUS)

    def _write(self, work: Callable[[Session], object]) -> None:
        """Write what can be written: the batch may hold the database's only writing transaction."""
        try:
            with self._site.db.write() as session:
                work(session)
        except SQLAlchemyError as error:
            log.warning("the watchdog could not write: %s", error)

    def _note(self, session: Session, name: str, told: str) -> None:
        """Store what hung. If it was a subscriber, the event goes on without it."""
        now = clock.now()
        session.execute(
            update(JobRun).where(JobRun.name == name).values(finished_at=now, due_at=now + PUT_OFF, error=told)
        )
        system_log.write(session, "error", "jobs", told)
        delivering = present(self._site)
        if delivering is not None:
            deliveries.hung(session, *delivering, told)
