"""Numbers that are counted up inside a transaction: ticket numbers, the generation, the version of settings."""

from __future__ import annotations

from sqlalchemy import case, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.db.context import reading
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


def current(name: str) -> int | None:
    """The value of a counter; None before it has been counted up."""
    found = reading().scalar(select(SiteCounter.value).where(SiteCounter.name == name))
    return None if found is None else int(found)


def advance(session: Session, name: str, value: int) -> bool:
    """Set a counter to a higher value, so that counting goes on from there; False, and nothing done, if it has come farther already."""
    table = table_of(SiteCounter)
    moved = (
        update(table).where(table.c.name == name, table.c.value <= value).values(value=value).returning(table.c.name)
    )
    if session.scalar(moved) is not None:
        return True
    if current(name) is not None:
        return False
    session.execute(insert(table), {"name": name, "value": value})
    return True
