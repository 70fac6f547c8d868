"""The job "cleanup": rows that nobody needs any more. Each table is bounded by age, and the logs by number too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, or_, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.models import Delivery, Lease, PluginError, PluginTiming, SignInSession, SystemLog, Token
from hookdesk.outbox.deliveries import DEAD
from hookdesk.services.transaction import transact
from hookdesk.site import site

BATCH = 500
MOST_LINES = 20_000


def clean_up() -> int:
    """Delete at most 500 rows of each table; how many in all. The database looks at what has grown on the same occasion."""
    release()
    site().db.optimize()
    return sum(_delete(table, condition) for table, condition in _old())


def _old() -> Iterator[tuple[Any, ColumnElement[bool]]]:
    """Each table with the condition of what may go."""
    now = clock.now()
    week, month, quarter, year = (now - timedelta(days=days) for days in (7, 30, 90, 365))
    yield SignInSession, or_(SignInSession.expires_at < month, SignInSession.revoked_at < month)
    yield Token, or_(Token.expires_at < week, Token.used_at < month)
    yield SystemLog, or_(SystemLog.created_at < quarter, SystemLog.id <= _newest(SystemLog) - MOST_LINES)
    yield PluginError, or_(PluginError.created_at < month, PluginError.id <= _newest(PluginError) - MOST_LINES)
    yield PluginTiming, PluginTiming.day < quarter.date().isoformat()
    yield Delivery, (Delivery.state == DEAD) & (Delivery.happened_at < year)
    yield Lease, Lease.until < week


def _newest(model: Any) -> int:
    """The highest id, or 0."""
    return int(reading().scalar(select(func.max(model.id))) or 0)


def _delete(model: Any, condition: ColumnElement[bool]) -> int:
    """Delete one batch in its own transaction; nothing is written where nothing is old."""
    table: Table = model.__table__
    keys = list(table.primary_key.columns)
    rows = reading().all(select(*keys).where(condition).limit(BATCH))
    release()
    if not rows:
        return 0

    def work(session: Session) -> int:
        for row in rows:
            session.execute(delete(table).where(*(key == value for key, value in zip(keys, row, strict=True))))
        return len(rows)

    return transact(work)
