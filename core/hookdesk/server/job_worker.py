"""A job worker as a child of gunicorn's master."""

from __future__ import annotations

import os
from types import FrameType

from gunicorn.workers.base import Worker as GunicornWorker

from hookdesk.jobs.watchdog import Watchdog
from hookdesk.jobs.worker import Worker
from hookdesk.server.companions import Naming
from hookdesk.site import site


class JobWorker(GunicornWorker):  # type: ignore[misc]  # gunicorn has no types
    """Builds the application like a web worker, and runs jobs instead of serving pages."""

    def run(self) -> None:
        """Work until told to stop, or until the plugins change. The watchdog's thread tells the master that we are alive."""
        for listener in self.sockets:
            listener.close()
        with self.wsgi.app_context():
            self._naming = Naming(site())
            Worker(self.wsgi, Watchdog(site(), beat=self.notify), self._may_go_on).work()

    def _may_go_on(self) -> bool:
        """False once we were told to stop, or our master is gone. Asked each second at least, so the companions are looked after here."""
        self._naming.look()
        return bool(self.alive) and os.getppid() == self.ppid

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Like SIGTERM: gunicorn's own would raise out of the middle of a job."""
        self.handle_exit(sig, frame)
