"""The one clock. Everything that asks for the time asks here, so that a test can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stands for "no deadline" where a column may not be NULL, so that sorting needs no special case."""

_frozen: ContextVar[datetime | None] = ContextVar("hookdesk_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let `now()` answer `moment` inside the block."""
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
