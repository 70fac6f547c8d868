"""How a worker tells its master that it leaves: in the mode of the temporary file that the two share. No name, no race, gone with it."""

from __future__ import annotations

import os

from gunicorn.workers.base import Worker

LEAVING = 0o400


def mark_leaving(worker: Worker) -> None:
    """Called in the worker."""
    os.fchmod(worker.tmp.fileno(), LEAVING)


def is_leaving(worker: Worker) -> bool:
    """Called in the master."""
    try:
        return os.fstat(worker.tmp.fileno()).st_mode & 0o777 == LEAVING
    except (OSError, ValueError):  # it is gone, and its file closed
        return True
