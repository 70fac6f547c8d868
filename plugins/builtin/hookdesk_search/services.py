"""Keeping documents in step with tickets."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Attachment, ThreadEntry, Ticket, User, UserEmail, reading, release, transact
from hookdesk_search.models import Document
from hookdesk_search.words import spaced, without_accents

MOST_CHARACTERS = 200_000
MOST_ENTRIES = 2_000
BATCH = 100
SLICE = 20


def index_ticket(ticket_id: int) -> None:
    """Write a ticket's document anew from what is stored now; drop it if the ticket is gone. Doing it twice changes nothing."""
    transact(lambda session: _index(session, ticket_id), race=True)


def _index(session: Session, ticket_id: int) -> None:
    """Collect and store."""
    row = session.execute(
        select(Ticket.number, Ticket.subject, Ticket.updates, User.id.label("user_id"), User.name)
        .join(User, User.id == Ticket.user_id)
        .where(Ticket.id == ticket_id)
    ).first()
    if row is None:
        session.execute(delete(Document).where(Document.ticket_id == ticket_id))
        return
    addresses = session.scalars(select(UserEmail.address).where(UserEmail.user_id == row.user_id).limit(20))
    public: list[str] = [row.number, row.subject, row.name, *addresses]
    notes: list[str] = []
    entries = session.execute(
        select(ThreadEntry.kind, ThreadEntry.text, ThreadEntry.author)
        .where(ThreadEntry.ticket_id == ticket_id)
        .order_by(ThreadEntry.id)
        .limit(MOST_ENTRIES)
    )
    for kind, text, author in entries:
        (notes if kind == "note" else public).extend((author, text))
    names = session.execute(
        select(ThreadEntry.kind, Attachment.filename)
        .join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
        .where(Attachment.ticket_id == ticket_id)
        .limit(MOST_ENTRIES)
    )
    for kind, filename in names:
        (notes if kind == "note" else public).append(filename)
    session.merge(Document(ticket_id=ticket_id, public=_folded(public), notes=_folded(notes), updates=row.updates))


def _folded(parts: list[str]) -> str:
    """One text, without NUL and within bounds."""
    return spaced(without_accents("\n".join(parts)[:MOST_CHARACTERS])).replace("\x00", "")


def drop(ticket_id: int) -> None:
    """Forget a ticket."""
    transact(lambda session: session.execute(delete(Document).where(Document.ticket_id == ticket_id)))


def index_missing(batch: int = BATCH) -> int:
    """Index tickets that have no document, newest first: after switching on, or after events were lost; how many were done."""
    release()
    newest = select(Ticket.id).outerjoin(Document, Document.ticket_id == Ticket.id).where(Document.ticket_id.is_(None))
    missing = list(reading().scalars(newest.order_by(Ticket.id.desc()).limit(batch)))
    release()
    for start in range(0, len(missing), SLICE):
        _index_slice(missing[start : start + SLICE])
    return len(missing)


def _index_slice(ticket_ids: list[int]) -> None:
    """Some tickets in one short transaction."""

    def work(session: Session) -> None:
        for ticket_id in ticket_ids:
            _index(session, ticket_id)

    transact(work, race=True)
