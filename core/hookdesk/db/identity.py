"""Rows with ids of one's own, for whoever writes very many at once: imports, made-up data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def next_id(session: Session, model: Any) -> int:
    """The first id above all that a table has. Nobody else may add rows to it until the transaction has ended."""
    return int(session.scalar(select(func.max(model.id))) or 0) + 1


def follow_ids(session: Session, *models: Any) -> None:
    """Let the database count on behind the highest id of each table. SQLite does so by itself."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for model in models:
        name = session.get_bind().dialect.identifier_preparer.quote(model.__tablename__)
        highest = select(func.coalesce(func.max(model.id), 1)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), highest)))
