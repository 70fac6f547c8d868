"""Tickets that contain words, of those that the actor may see: newest first, or best first among the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Row, Select, select

from hookdesk.api import Actor, Ticket, listing, reading, scope

PAGE = 25
MOST_PAGES = 20
"""Pages of matches in the order of their rank; there are no more matches than that which are ranked."""
SOON = 4
"""A page is mostly full after so many pages of the newest matches; what is older is looked at only if it is not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for: words, newest first (from `before` on) or by rank (that `page`, from 0)."""

    words: str
    by_rank: bool = False
    before: int | None = None
    page: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows (those of `listing.rows`), and whether there are more."""

    rows: Sequence[Row[Any]]
    has_more: bool


def find(actor: Actor, asked: Asked, size: int = PAGE, where: Sequence[ColumnElement[bool]] = ()) -> Found:
    """One page of tickets that also meet `where`."""
    soon = None if asked.by_rank else listing.matches(asked.words, soon=SOON * size)
    ids: Sequence[int] = () if soon is None else _seen(actor, asked, size, where, soon)
    if len(ids) <= size:
        matching = listing.matches(asked.words, asked.by_rank)
        ids = () if matching is None else _seen(actor, asked, size, where, matching)
    return Found(listing.rows(ids[:size]), len(ids) > size)


def _seen(
    actor: Actor, asked: Asked, size: int, where: Sequence[ColumnElement[bool]], matching: Select[Any]
) -> Sequence[int]:
    """Ids of a page, and of one ticket more if there is one, out of those that match."""
    inner = matching.subquery()
    seen = select(Ticket.id).join(inner, inner.c.id == Ticket.id).where(scope(actor), *where).limit(size + 1)
    if asked.by_rank:
        seen = seen.order_by(inner.c.rank, inner.c.id.desc()).offset(asked.page * size)
    else:
        # PostgreSQL would walk all tickets from the newest on beside the matches, for those are in that order
        seen = seen.order_by((inner.c.id if reading().dialect == "sqlite" else inner.c.id + 0).desc())
        seen = seen.where(Ticket.id < asked.before) if asked.before is not None else seen
    return reading().scalars(seen).all()


def ticket_url(number: str) -> str:
    """Where the desk shows a ticket."""
    return url_for("desk.ticket", number=number)
