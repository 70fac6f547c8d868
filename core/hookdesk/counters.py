"""The numbers by which a process learns what others have changed: looked at between requests, at most once a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hookdesk.db.engine import Database
from hookdesk.db.retry import lacks_tables
from hookdesk.models import SiteCounter

FRESH_FOR = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Counts:
    """`generation`: plugins were switched or ordered; `settings`: some were saved; `pauses`: the circuit breaker acted."""

    generation: int = 0
    settings: int = 0
    pauses: int = 0


class Counters:
    """The site's counters as this process knows them."""

    def __init__(self, db: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        """`ticks` tells the seconds, for tests."""
        self._db = db
        self._ticks = ticks
        self._read_at = float("-inf")
        self._counts: Counts | None = None

    def read(self) -> Counts:
        """The counters, at most a second old; those read last while the database is away. One without tables counts nothing.

        Raises:
            DBAPIError: it was away from the start, so nothing is known.
        """
        if self._counts is None or self._ticks() - self._read_at >= FRESH_FOR:
            self._read_at = self._ticks()
            names = ("generation", "settings", "pauses")
            try:
                with self._db.read() as reading:
                    rows = reading.all(select(SiteCounter.name, SiteCounter.value).where(SiteCounter.name.in_(names)))
            except DBAPIError as error:
                if self._counts is None and not lacks_tables(error):
                    raise
                return self._counts or Counts()
            self._counts = Counts(**{row.name: row.value for row in rows})
        return self._counts

    def forget(self) -> None:
        """Read anew at the next call: this process has just changed something itself."""
        self._read_at = float("-inf")
