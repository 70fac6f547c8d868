"""Gunicorn's master, which starts the successor of a worker while that one still finishes its last requests."""

from __future__ import annotations

import os
import signal

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

LEAVING = 0o400
"""A worker marks that it leaves in the mode of the temporary file that it shares with its master: no name, no race, gone with it."""


def mark_leaving(worker: Worker) -> None:
    """Called in the worker."""
    os.fchmod(worker.tmp.fileno(), LEAVING)


def is_leaving(worker: Worker) -> bool:
    """Called in the master."""
    try:
        return os.fstat(worker.tmp.fileno()).st_mode & 0o777 == LEAVING
    except (OSError, ValueError):  # it is gone, and its file closed
        return True


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Keeps the number of workers that stay; those that leave are extra."""

    def manage_workers(self) -> None:
        """Start what is missing. Called once a second and whenever a worker asks (SIGCHLD)."""
        staying = sorted(
            (worker for worker in self.WORKERS.values() if not is_leaving(worker)), key=lambda worker: worker.age
        )
        for _ in range(self.num_workers - len(staying)):
            self.spawn_worker()
        for worker in staying[: max(len(staying) - self.num_workers, 0)]:
            self.kill_worker(worker.pid, signal.SIGTERM)
