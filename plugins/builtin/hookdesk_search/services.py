"""Keeping documents in step with tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Attachment,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
    fulltext,
    release,
    site,
    transact,
)
from hookdesk_search.hookspecs import SearchHooks
from hookdesk_search.models import Document

MOST_CHARACTERS = 200_000
MOST_ENTRIES = 2_000
BATCH = 100
SLICE = 100
"""So many tickets are indexed in one transaction, if their threads are short."""
SHORT = 100


@dataclass(slots=True)
class Parts:
    """The words of one ticket, before they become its document."""

    updates: int
    head: list[str]
    public: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, is_internal: bool, *words: str) -> None:
        """Add words of an entry."""
        (self.notes if is_internal else self.public).extend(words)


def index_ticket(ticket_id: int) -> None:
    """Write a ticket's document anew from what is stored now; drop it if the ticket is gone. Doing it twice changes nothing."""
    index([ticket_id])


def index(ticket_ids: Sequence[int]) -> None:
    """The same for several. Plugins are asked first, outside the transaction."""
    release()
    added = site().hooks.collect(SearchHooks.search_words, ticket_ids=ticket_ids)
    transact(lambda session: _index(session, ticket_ids, added), race=True)


def _index(session: Session, ticket_ids: Sequence[int], added: Sequence[tuple[int, str, bool]]) -> None:
    """Write the documents of these tickets anew."""
    found = _collected(session, ticket_ids)
    for ticket_id, words, is_internal in added:
        if ticket_id in found:
            found[ticket_id].add(is_internal, words)
    documents = [
        {
            "ticket_id": ticket_id,
            "head": _folded(parts.head),
            "public": _folded(parts.public),
            "notes": _folded(parts.notes),
            "updates": parts.updates,
        }
        for ticket_id, parts in found.items()
    ]
    session.execute(delete(Document).where(Document.ticket_id.in_(ticket_ids)))
    if documents:
        session.execute(insert(Document), documents)


def _collected(session: Session, ticket_ids: Sequence[int]) -> Mapping[int, Parts]:
    """What there is to find, by ticket. Of a thread, the first 2,000 entries for each ticket asked for."""
    rows = session.execute(
        select(Ticket.id, Ticket.number, Ticket.subject, Ticket.updates, User.id.label("user_id"), User.name)
        .join(User, User.id == Ticket.user_id)
        .where(Ticket.id.in_(ticket_ids))
    ).all()
    found = {row.id: Parts(row.updates, [row.number, row.subject, row.name]) for row in rows}
    addresses = _addresses(session, {row.user_id for row in rows})
    for row in rows:
        found[row.id].head += addresses.get(row.user_id, [])
    most = MOST_ENTRIES * len(ticket_ids)
    entries = (
        select(ThreadEntry.ticket_id, ThreadEntry.kind, ThreadEntry.text, ThreadEntry.author)
        .where(ThreadEntry.ticket_id.in_(found))
        .order_by(ThreadEntry.ticket_id, ThreadEntry.id)
        .limit(most)
    )
    for ticket_id, kind, text, author in session.execute(entries):
        found[ticket_id].add(kind == "note", author, text)
    names = (
        select(Attachment.ticket_id, ThreadEntry.kind, Attachment.filename)
        .join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
        .where(Attachment.ticket_id.in_(found))
        .limit(most)
    )
    for ticket_id, kind, filename in session.execute(names):
        found[ticket_id].add(kind == "note", filename)
    return found


def _addresses(session: Session, user_ids: set[int]) -> Mapping[int, list[str]]:
    """Addresses by user, at most 20 for each of them."""
    rows = session.execute(
        select(UserEmail.user_id, UserEmail.address).where(UserEmail.user_id.in_(user_ids)).limit(20 * len(user_ids))
    )
    found: dict[int, list[str]] = {}
    for user_id, address in rows:
        found.setdefault(user_id, []).append(address)
    return found


def _folded(parts: list[str]) -> str:
    """One text within bounds."""
    return fulltext.folded("\n".join(parts)[:MOST_CHARACTERS])


def drop(ticket_id: int) -> None:
    """Forget a ticket."""
    transact(lambda session: session.execute(delete(Document).where(Document.ticket_id == ticket_id)))


def drop_of(user_id: int) -> None:
    """Forget the tickets that a user owns or wrote in."""
    own = select(Ticket.id).where(Ticket.user_id == user_id)
    written = select(ThreadEntry.ticket_id).where(ThreadEntry.user_id == user_id)
    theirs = delete(Document).where(Document.ticket_id.in_(own.union(written)))
    transact(lambda session: session.execute(theirs))


def in_slices(counted: Sequence[tuple[int, int]]) -> None:
    """Index tickets, given as (id, entries): short ones together, each long one in a transaction of its own."""
    short = [ticket_id for ticket_id, entries in counted if entries <= SHORT]
    for start in range(0, len(short), SLICE):
        index(short[start : start + SLICE])
    for ticket_id, entries in counted:
        if entries > SHORT:
            index([ticket_id])
