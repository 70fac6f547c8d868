"""Numbers that are counted up inside a transaction: ticket numbers, the generation, the version of settings."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.models import SiteCounter


def increase(session: Session, name: str, start: int = 0, by: int = 1) -> int:
    """Count up and return the new value; concurrent transactions wait for each other, so numbers have no gaps and no doubles.

    `by` takes several numbers at once: the returned one is the last of them.
    """
    counter = session.scalar(select(SiteCounter).where(SiteCounter.name == name).with_for_update())
    if counter is None:
        counter = SiteCounter(name=name, value=start)
        session.add(counter)
    counter.value = max(counter.value, start) + by
    session.flush()
    return counter.value
