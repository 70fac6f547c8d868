"""Gunicorn's master, with two kinds of workers: web and jobs. All are forked from it, so they share what it has imported.

It starts the successor of a web worker while that one still finishes its last requests.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from gunicorn.arbiter import Arbiter

from hookdesk.server.job_worker import JobWorker
from hookdesk.server.leaving import is_leaving
from hookdesk.server.web_worker import WebWorker

PAUSE_S = 1.0
"""Between two starts of job workers, so that one that ends at once does not keep the machine busy."""


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Keeps the number of workers that stay; those that leave are extra."""

    def __init__(self, app: Any, job_workers: int, may_work: Callable[[], bool]) -> None:
        """Jobs begin when `may_work` says so: the first page comes first."""
        self._job_workers, self._may_work = job_workers, may_work
        self._next_job_worker = 0.0
        super().__init__(app)

    def manage_workers(self) -> None:
        """Start what is missing. Called once a second and whenever a worker asks (SIGCHLD)."""
        for _ in range(self._missing(WebWorker, self.num_workers)):
            self._spawn(WebWorker)
        if self._missing(JobWorker, self._job_workers) and self._may_work() and monotonic() >= self._next_job_worker:
            self._next_job_worker = monotonic() + PAUSE_S
            self._spawn(JobWorker)

    def _missing(self, kind: type, wanted: int) -> int:
        """How many workers of a kind have to be started."""
        return wanted - sum(type(worker) is kind and not is_leaving(worker) for worker in self.WORKERS.values())

    def _spawn(self, kind: type) -> None:
        """Fork one."""
        self.worker_class = kind
        self.spawn_worker()
