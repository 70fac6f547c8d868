"""Work outside requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Job:
    """A job that may be woken by name and runs anyway each `every`.

    `run` handles one bounded batch (at most 100 rows or 5 s) and returns how many things it did; the engine calls it again at once while
    that is not 0. One process at a time runs a job (a lease). `name` begins with the plugin's slug and a dot.
    """

    name: str
    run: Callable[[], int]
    every: timedelta
    doc: str = ""
