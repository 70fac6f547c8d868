"""The worker process: runs woken and due jobs one after the other until it is told to stop or its code is outdated.

With Redis, RQ hands over the wake-ups. Without, or while Redis is away, the same process looks into the database each second.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from threading import Event
from time import monotonic
from types import FrameType

from flask import Flask

from hookdesk.jobs import scheduler
from hookdesk.jobs.engine import ENGINE, Engine
from hookdesk.jobs.registry import jobs
from hookdesk.jobs.watchdog import Watchdog
from hookdesk.site import site
from hookdesk.wakeup import wake
from hookdesk.wakeup.hints import queue_of, take_files

log = logging.getLogger(__name__)
TICK_S = 1.0


class Worker:
    """One worker. Everything runs in its main thread; the watchdog alone has a thread of its own."""

    def __init__(
        self, app: Flask, watchdog: Watchdog | None = None, may_go_on: Callable[[], bool] = lambda: True
    ) -> None:
        """Needs an application context around `work()` and `tick()`. `may_go_on` is asked between batches, besides `stop()`."""
        here = site()
        self.app = app
        self._stop = Event()
        self._may_go_on = may_go_on
        self._next_tick = 0.0
        self._watchdog = watchdog or Watchdog(here)
        self.engine = Engine(app, self._watchdog, self.is_stopping)
        self.scheduler = scheduler.Scheduler()
        here.extra[ENGINE] = self.engine

    def is_stopping(self) -> bool:
        """True once the worker should leave: it was told to, or the plugins have changed."""
        if not self._may_go_on() or site().plugins.is_outdated():
            self._stop.set()
        return self._stop.is_set()

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Leave after the present batch; also a handler of signals."""
        self._stop.set()

    def work(self) -> None:
        """Work until told to stop."""
        self._watchdog.start()
        self._guarded(scheduler.register)
        while not self.is_stopping():
            if not self._with_redis():
                self.tick()
                self._stop.wait(TICK_S)
        self._guarded(self.scheduler.let_go)

    def _with_redis(self) -> bool:
        """Work with RQ until Redis goes away or the worker stops; False if Redis is not there."""
        try:
            queue = queue_of(site())
            if queue is None or not queue.answers():
                return False
            from hookdesk.jobs.rq_worker import RQWorker

            RQWorker(queue, self.is_stopping, self.tick).work(logging_level="WARNING")
        except Exception as error:  # whatever Redis or its client raise: the worker goes on without it
            log.warning(
                "Redis is not there (%s: %s); looking into the database each second", type(error).__name__, error
            )
            return False
        return True

    def tick(self) -> None:
        """Run or wake what is due, at most once a second: wake-up files, schedules, and work that nobody woke anybody for."""
        if monotonic() < self._next_tick:
            return
        self._next_tick = monotonic() + TICK_S
        self._guarded(self._look)
        self._next_tick = monotonic() + TICK_S

    def _look(self) -> None:
        """One look around."""
        for name in take_files(site().config):
            self.engine.run(name)
        for name, entry in jobs().items():
            if entry.is_pending is not None and not self.engine.is_resting(name):
                with self.app.app_context():
                    is_pending = entry.is_pending()
                if is_pending:
                    self.engine.run(name)
        for name in self.scheduler.due():
            self.engine.run(name)

    def _guarded(self, step: Callable[[], object]) -> None:
        """A database that is away must not end the worker."""
        try:
            step()
        except Exception:  # the next look tries again
            log.exception("the worker could not look for work; it tries again in a second")


def schedule_only() -> None:
    """The process of `hookdesk scheduler`: wakes due jobs and runs none."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    plan = scheduler.Scheduler()
    scheduler.register()
    while not stop.wait(TICK_S) and not site().plugins.is_outdated():
        for name in plan.due():
            wake(name)
    plan.let_go()
