"""Numbers that are counted up inside a transaction: ticket numbers, the generation, the version of settings."""

from __future__ import annotations

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.models import SiteCounter, table_of


def increase(session: Session, name: str, start: int = 0, by: int = 1) -> int:
    """Count up and return the new value; concurrent transactions wait for each other, so numbers have no gaps and no doubles.

    `by` takes several numbers at once: the returned one is the last of them.
    """
    table = table_of(SiteCounter)
    highest = case((table.c.value < start, start), else_=table.c.value)
    counted = update(table).where(table.c.name == name).values(value=highest + by).returning(table.c.value)
    found = session.scalar(counted)
    if found is None:
        found = start + by
        session.execute(insert(table), {"name": name, "value": found})
    return int(found)


def value(session: Session, name: str) -> int:
    """How far it is counted."""
    table = table_of(SiteCounter)
    return int(session.scalar(select(table.c.value).where(table.c.name == name)) or 0)
