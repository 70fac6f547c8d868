"""The one clock. Everything that asks for the time asks here, so that a test can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, SQLColumnExpression, or_

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "no deadline" where a column may not be NULL, so that sorting needs no special case."""

LONGEST = timedelta(hours=2)
"""No work that waits in the database for its time is put off for longer."""

_frozen: ContextVar[datetime | None] = ContextVar("hookdesk_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def has_come(moment: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
    """Whether the time of such work has come. One that is farther off was written before the clock was set back, and counts as well."""
    return or_(moment <= now(), moment > now() + LONGEST)


def parse(text: str) -> datetime:
    """The moment that an ISO 8601 text names, in UTC.

    Raises:
        ValueError: it names none, states no zone, or lies beyond the calendar's ends.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} states no zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text} is beyond the calendar") from error


def local(shown: datetime, zone: object = None) -> datetime:
    """The moment at which the clocks of a zone (by its name, or what is called by it; None for UTC) show that, in UTC.

    Raises:
        ValueError: its year is not one from 1000 to 9997, which can be shown in any other zone, too.
    """
    if not 1000 <= shown.year <= 9997:
        raise ValueError(f"{shown} is beyond the calendar")
    return shown.replace(tzinfo=ZoneInfo(str(zone or "UTC"))).astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` inside the block."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
