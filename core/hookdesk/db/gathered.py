"""Rows that nobody looks at in their own transaction: all of a table in one statement, where many are written at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

_ROWS = "hookdesk_gathered"


def add(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows: now, or at the end of the `gathering` that goes on."""
    if _ROWS in session.info:
        session.info[_ROWS].setdefault(table, []).extend(rows)
    else:
        session.execute(insert(table), rows)


@contextmanager
def gathering(session: Session) -> Iterator[None]:
    """Insert at the end of the block what is added inside, each table's rows in their order."""
    gathered: dict[Table, list[dict[str, Any]]] = session.info.setdefault(_ROWS, {})
    yield
    del session.info[_ROWS]
    session.flush()
    for table, rows in gathered.items():
        session.execute(insert(table), rows)
