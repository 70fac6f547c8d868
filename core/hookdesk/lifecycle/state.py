"""What a running process knows of its plugins, and what it writes down about them between requests."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.counters import Counters, Counts
from hookdesk.db.engine import Database
from hookdesk.db.retry import retrying
from hookdesk.lifecycle.discovery import Found
from hookdesk.models import PluginError, PluginState, PluginTiming
from hookdesk.plugins.base import Plugin
from hookdesk.plugins.record import Cost, Failure, Recorder
from hookdesk.services import counters, log

MOST_ERRORS = 5
WINDOW = timedelta(minutes=5)
PAUSE = timedelta(minutes=5)
KEEP_ERRORS = timedelta(days=14)
TIMINGS_EVERY = 15.0  # seconds

logger = logging.getLogger(__name__)


class Plugins:
    """The plugins of one application object in their resolved order, and the road on which their errors reach the database."""

    def __init__(
        self,
        db: Database,
        found: Mapping[str, Found],
        counts: Counters,
        recorder: Recorder,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with none loaded; the loader adds them, and reads the counters' generation through this first."""
        self.found = found
        self.enabled: list[Plugin[Any]] = []
        self.unloaded: frozenset[str] = frozenset()  # switched on, but this process runs without them
        self.problems: dict[str, str] = {}
        self.generation = counts.read().generation
        self._db, self._counts, self._recorder, self._ticks = db, counts, recorder, ticks
        self._timings_at = ticks()
        self._pauses_seen = -1
        self._paused_until: dict[str, datetime] = {}

    def __iter__(self) -> Iterator[Plugin[Any]]:
        """The enabled plugins."""
        return iter(self.enabled)

    def get(self, slug: str) -> Plugin[Any] | None:
        """The enabled plugin of that slug."""
        return next((plugin for plugin in self.enabled if plugin.slug == slug), None)

    def counters(self) -> Counts:
        """The site's counters, at most a second old."""
        return self._counts.read()

    def is_outdated(self) -> bool:
        """True once an admin has switched or ordered plugins since this process was built."""
        return self._counts.read().generation != self.generation

    def paused(self) -> frozenset[str]:
        """Slugs that the circuit breaker holds at the moment; at most a second old."""
        pauses = self._counts.read().pauses
        if pauses != self._pauses_seen:
            try:
                self._pauses_seen, self._paused_until = pauses, self._read_pauses()
            except DBAPIError:
                logger.warning("who is paused could not be read; what was known before holds")
        if not self._paused_until:
            return frozenset()
        now = clock.now()
        return frozenset(slug for slug, until in self._paused_until.items() if until > now)

    def flush(self, everything: bool = False) -> None:
        """Store errors at once and timings each 15 s (`everything`: both now); inside a unit of work they wait. It never raises.

        Each application context does this at its end, so a request's errors are there, and count, before the next one.
        """
        if self._db.writing is not None:
            return
        failures = self._recorder.take_failures()
        costs: dict[tuple[str, str], Cost] = {}
        if everything or self._ticks() - self._timings_at >= TIMINGS_EVERY:
            self._timings_at = self._ticks()
            costs = self._recorder.take_costs()
        if not failures and not costs:
            return
        try:
            if retrying(lambda: _store(self._db, failures, costs), also=IntegrityError):
                self._counts.forget()
        except DBAPIError:
            logger.exception("errors of plugins could not be stored: %s", [failure.error for failure in failures])

    def _read_pauses(self) -> dict[str, datetime]:
        """Until when each plugin is paused."""
        with self._db.read() as reading:
            rows = reading.all(
                select(PluginState.slug, PluginState.paused_until).where(PluginState.paused_until.is_not(None))
            )
        return {row.slug: row.paused_until for row in rows}


def _store(db: Database, failures: Sequence[Failure], costs: Mapping[tuple[str, str], Cost]) -> list[str]:
    """Write errors and timings in one transaction; the slugs that the circuit breaker paused."""
    now = clock.now()
    with db.write() as session:
        for failure in failures:
            session.add(
                PluginError(
                    **{name: getattr(failure, name) for name in ("plugin", "hook", "error", "traceback")},
                    created_at=now,
                )
            )
        session.flush()
        for (plugin, hook), cost in sorted(costs.items()):
            _add_cost(session, plugin, hook, now.strftime("%Y-%m-%d"), cost)
        return [slug for slug in sorted({failure.plugin for failure in failures}) if _break_circuit(session, slug, now)]


def _add_cost(session: Session, plugin: str, hook: str, day: str, cost: Cost) -> None:
    """Add to a day's row, or begin it; two processes that begin the same row are told apart by the retry."""
    row = session.get(PluginTiming, (plugin, hook, day), with_for_update=True)
    if row is None:
        row = PluginTiming(plugin=plugin, hook=hook, day=day, calls=0, microseconds=0, slowest=0, errors=0)
        session.add(row)
    row.calls += cost.calls
    row.microseconds += cost.microseconds
    row.slowest = max(row.slowest, cost.slowest)
    row.errors += cost.errors


def _break_circuit(session: Session, slug: str, now: datetime) -> bool:
    """Pause a plugin that failed too often of late; True if this was the moment. Old errors are forgotten on the way."""
    session.execute(delete(PluginError).where(PluginError.plugin == slug, PluginError.created_at < now - KEEP_ERRORS))
    recent = select(func.count()).where(PluginError.plugin == slug, PluginError.created_at > now - WINDOW)
    if session.scalar(recent) < MOST_ERRORS:  # type: ignore[operator]  # a count is never NULL
        return False
    free = (PluginState.paused_until.is_(None)) | (PluginState.paused_until <= now)
    paused = session.execute(update(PluginState).where(PluginState.slug == slug, free).values(paused_until=now + PAUSE))
    if not paused.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result has it
        return False
    counters.increase(session, "pauses")
    minutes = int(PAUSE.total_seconds() // 60)
    log.write(
        session,
        "warning",
        slug,
        f"The plugin {slug} failed {MOST_ERRORS} times in a few minutes; it is paused for {minutes} minutes.",
    )
    return True
