"""The tickets that have to do with one: what it was merged into, what was merged into it, what it is linked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Row, case, literal, or_, select, union_all

from hookdesk.api import Actor, SlotContent, Status, Ticket, TicketView, User, clock, fulltext, listing, reading, scope
from hookdesk_merge.models import Link, Merge
from hookdesk_merge.undoing import FOR

MOST, MOST_OFFERED = 50, 10


@dataclass(frozen=True, slots=True)
class Related:
    """One of them. `kind` is "parent", "child", "link" or "split"; `ref` the id of the merge or link."""

    kind: str
    ref: int
    made_at: datetime
    made_by: str
    id: int
    number: str
    subject: str
    status_name: str
    status_look: str

    @property
    def can_undo(self) -> bool:
        """True for a merge whose time is not over."""
        return self.kind in ("parent", "child") and self.made_at > clock.now() - FOR


def beside(actor: Actor, view: TicketView, may: bool) -> list[SlotContent]:
    """The section beside a ticket that has any; what it holds is read when it is opened."""
    if not view.related and view.merged_into_id is None:
        return []
    is_open = request.args.get("section") == "related"
    given = {"related": of(actor, view) if is_open else (), "is_open": is_open, "may": may}
    return [SlotContent("merge/section.html", given, order=40)]


def of(actor: Actor, view: TicketView) -> Sequence[Related]:
    """Those that the actor sees, the newest first; no query for a ticket that has none."""
    if not view.related and view.merged_into_id is None:
        return ()
    tied = _tied(view).subquery()
    asked = (
        select(
            tied.c.kind, tied.c.ref, tied.c.made_at, tied.c.made_by, Ticket.id, Ticket.number, Ticket.subject,
            Status.name.label("status_name"), Status.look.label("status_look"),
        )
        .join(Ticket, Ticket.id == tied.c.ticket_id)
        .join(Status, Status.id == Ticket.status_id)
        .where(scope(actor))
        .order_by(tied.c.made_at.desc())
        .limit(MOST)
    )  # fmt: skip
    return [Related(**row._mapping) for row in reading().all(asked)]


def _tied(view: TicketView) -> Any:
    """(kind, ref, made_at, made_by, ticket_id) of all of them."""
    link = (Link.made_at, Link.made_by)
    merge = (Merge.made_at, Merge.made_by)
    other = case((Link.low_id == view.id, Link.high_id), else_=Link.low_id)
    links = select(Link.kind.label("kind"), Link.id.label("ref"), *link, other.label("ticket_id"))
    into = literal(view.merged_into_id or 0)
    return union_all(
        links.where(or_(Link.low_id == view.id, Link.high_id == view.id)),
        select(literal("child"), Merge.id, *merge, Merge.child_id).where(
            Merge.parent_id == view.id, Merge.undone_at.is_(None)
        ),
        select(literal("parent"), Merge.id, *merge, into).where(Merge.child_id == view.id, Merge.undone_at.is_(None)),
    )


def candidates(actor: Actor, view: TicketView, numbers: Sequence[str], words: str) -> Sequence[Row[Any]]:
    """Tickets that could belong together with one: those with these numbers, else with these words, then the newest of its requester."""
    found = by_number(actor, view, numbers) or by_words(actor, view, words)
    of_requester = _found(actor, view, Ticket.user_id == view.user_id, [row.number for row in found], MOST_OFFERED)
    return [*found, *of_requester]


def by_words(actor: Actor, view: TicketView, words: str) -> Sequence[Row[Any]]:
    """The newest tickets that contain words, by the search; where there is none, in the subjects of those with the latest activity."""
    if not fulltext.terms(words):
        return []
    others = (Ticket.id != view.id, Ticket.merged_into_id.is_(None))
    matching = listing.matches(words)
    if matching is None:
        said = Ticket.subject.icontains(words, autoescape=True)
        return listing.page(actor, "", listing.NEWEST, *others, said, size=MOST_OFFERED, is_bounded=True).rows
    found = Ticket.id.in_(select(matching.subquery().c.id))
    return listing.page(actor, "", listing.NEWEST, *others, found, size=MOST_OFFERED, is_listed=True).rows


def by_number(actor: Actor, view: TicketView, numbers: Sequence[str]) -> Sequence[Row[Any]]:
    """The tickets with these numbers, but for the one itself and what was merged already."""
    wanted = {form for one in numbers for form in (one, one.upper())}
    return _found(actor, view, Ticket.number.in_(wanted), (), MOST) if wanted else []


def _found(
    actor: Actor, view: TicketView, which: ColumnElement[bool], but: Sequence[str], most: int
) -> Sequence[Row[Any]]:
    """Tickets in sight, the latest activity first."""
    columns = (
        Ticket.id, Ticket.number, Ticket.subject, Ticket.user_id, Ticket.last_activity_at, User.name.label("requester"),
        Status.name.label("status_name"), Status.look.label("status_look"),
    )  # fmt: skip
    asked = (
        select(*columns)
        .join(User, User.id == Ticket.user_id)
        .join(Status, Status.id == Ticket.status_id)
        .where(which, scope(actor), Ticket.id != view.id, Ticket.merged_into_id.is_(None), Ticket.number.not_in(but))
    )
    return reading().all(asked.order_by(Ticket.last_activity_at.desc()).limit(most))


def parent(actor: Actor, view: TicketView) -> Row[Any] | None:
    """The ticket where a merged one's conversation goes on; None if the actor does not see it."""
    asked = select(Ticket.number, Ticket.subject).where(Ticket.id == view.merged_into_id, scope(actor))
    return reading().first(asked)
