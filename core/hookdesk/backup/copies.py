"""Copies of an SQLite file that holds tickets, made beside it before it is migrated: one for each upgrade, and two at most."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlalchemy import Connection, inspect, select

from hookdesk.models import Ticket

MOST = 2
"""The one that is made, and the one before it."""
_is_made: ContextVar[bool | None] = ContextVar("hookdesk_copy_is_made", default=None)


@contextmanager
def once() -> Iterator[None]:
    """However many migrations there are inside the block, only the first of them makes a copy."""
    token = _is_made.set(False)
    try:
        yield
    finally:
        _is_made.reset(token)


def make(connection: Connection, label: str) -> None:
    """Copy the file to backup-before-<label>.db; older copies make room for it.

    Raises:
        OSError: the disk has none all the same.
    """
    name = connection.engine.url.database if connection.dialect.name == "sqlite" else None
    if not name or name == ":memory:" or _is_made.get() or not _holds_tickets(connection):
        return
    file = Path(name)
    copy = file.with_name(f"backup-before-{label}.db")
    older = sorted(set(file.parent.glob("backup-before-*.db")) - {copy}, key=lambda one: one.stat().st_mtime)
    for one in older[: 1 - MOST]:
        one.unlink()
    if shutil.disk_usage(file.parent).free < file.stat().st_size * 1.1:
        raise OSError(f"{file.parent} has no room for a copy of {file.name}")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    if _is_made.get() is not None:
        _is_made.set(True)


def _holds_tickets(connection: Connection) -> bool:
    """False for a new site, of which nothing could be lost."""
    return (
        inspect(connection).has_table("ticket") and connection.execute(select(Ticket.id).limit(1)).first() is not None
    )
