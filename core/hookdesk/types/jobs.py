"""Work outside requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Job:
    """A job that may be woken by name and runs anyway each `every`.

    `run` handles one bounded batch (at most 100 rows or 5 s) and returns how many things it did; the engine calls it again at once while
    that is not 0. One process at a time runs a job (a lease). `name` begins with the plugin's slug and a dot.
    `next_at`, asked at the end of a run, says when there will be work before `every` has passed; `hookdesk.api.wake_at` says so in between.
    """

    name: str
    run: Callable[[], int]
    every: timedelta
    doc: str = ""
    next_at: Callable[[], datetime | None] | None = None
