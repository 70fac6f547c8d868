"""A web worker that leaves when the plugins have changed: one at a time, and without losing a request."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from time import monotonic
from typing import Any, cast

from gunicorn.workers.gthread import ThreadWorker

from hookdesk.server.leaving import mark_leaving
from hookdesk.server.supervisor import ready_file
from hookdesk.server.turns import Turns
from hookdesk.site import KEY, Site

LOOK_S = 0.25
LINGER_S = 1.0
"""How long an idle kept-alive connection of a leaving worker stays open for a request that may be on its way."""


class WebWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gthread, with a look at the generation each quarter of a second."""

    def __init__(self, *args: Any, **given: Any) -> None:
        """Called in the master, before the fork."""
        super().__init__(*args, **given)
        self._next_look = 0.0
        self._outdated_since: float | None = None

    def run(self) -> None:
        """The main loop; by now the application is built."""
        self._site = cast(Site, self.wsgi.extensions[KEY])
        self._turns = Turns(Path(self._site.config.instance) / "run" / "web.turn")
        self._turns.arrived()
        ready_file(self._site.config).touch()
        self.log.info("Worker %s is ready", self.pid)
        super().run()
        self._site.plugins.flush(everything=True)

    def notify(self) -> None:
        """Called in each round of the main loop: tell the master that we are alive, and see whether we are of date."""
        super().notify()
        if self.alive and self.booted and monotonic() >= self._next_look:
            self._next_look = monotonic() + LOOK_S
            self._look()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events, but no longer than until the next look."""
        super().wait_for_and_dispatch_events(min(timeout, LOOK_S))

    def _look(self) -> None:
        """Once outdated: end each connection with its next answer, and leave when it is our turn."""
        if self._outdated_since is None:
            if not self._site.plugins.is_outdated():
                return
            self._outdated_since = monotonic()
            self.max_keepalived = 0  # gthread then answers "Connection: close"
        if self._turns.take(monotonic() - self._outdated_since):
            self.log.info("Worker %s leaves, for the plugins have changed", self.pid)
            mark_leaving(self)
            os.kill(self.ppid, signal.SIGCHLD)  # the master looks at its workers now
            self.alive = False

    def _cap_keepalive(self, deadline: float) -> None:
        """Leave sooner than gunicorn would, for the old pages must not outlive a switch by much."""
        super()._cap_keepalive(min(deadline, monotonic() + LINGER_S))
