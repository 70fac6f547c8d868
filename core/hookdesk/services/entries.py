"""Entries after they were written: edited with their history kept, sent once more, moved to another ticket."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, case, func, or_, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import NotFound, access_ticket, demand, entry_scope, permitted
from hookdesk.db.context import reading
from hookdesk.models import (
    Attachment,
    Collaborator,
    EntryVersion,
    IntakeRecord,
    ThreadEntry,
    Ticket,
    User,
    UserEmail,
)
from hookdesk.outbox import emit
from hookdesk.services import events, threads, tickets
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor
from hookdesk.types.drafts import ReplyDraft
from hookdesk.types.tickets import TicketView

EDIT_OTHERS = "ticket.edit_entries"


def access_entry(actor: Actor, entry_id: int, permission: str = "ticket.view") -> tuple[TicketView, Row[Any]]:
    """An entry with its ticket, if the actor may see both.

    Raises:
        NotFound: there is none, or it is not for this actor. Forbidden: as the guard says.
    """
    entry = reading().first(
        select(*ThreadEntry.__table__.columns).where(ThreadEntry.id == entry_id, entry_scope(actor))
    )
    if entry is None:
        raise NotFound("no such entry")
    return access_ticket(actor, entry.ticket_id, permission), entry


def is_own(actor: Actor, entry: Any) -> bool:
    """True for the agent who wrote it."""
    return actor.agent_id is not None and entry.agent_id == actor.agent_id


def may_edit(actor: Actor, view: TicketView, entry: Any) -> bool:
    """Whoever wrote an entry may change it, and who may change what others wrote: managers of the department among them."""
    needed = threads.PERMISSION[entry.kind] if is_own(actor, entry) else EDIT_OTHERS
    return permitted(actor, needed, view)


def edit(actor: Actor, entry_id: int, text: str, html: str = "") -> None:
    """Change what an entry says. What it said before is kept as a version; nobody is sent anything.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: nothing is left of it, it is too long, or somebody else was quicker.
    """
    view, entry = access_entry(actor, entry_id)
    demand(actor, threads.PERMISSION[entry.kind] if is_own(actor, entry) else EDIT_OTHERS, view)
    draft = threads.clean(ReplyDraft(view.id, entry.kind, text, html))
    if not draft.text.strip():
        raise tickets.TicketProblem(_("Write something first."))
    if (draft.text, draft.html) == (entry.text, entry.html):
        return

    def work(session: Session) -> None:
        ticket, row = tickets.locked(session, view.id), session.get(ThreadEntry, entry_id)
        if row is None or row.ticket_id != ticket.id or row.edited_at != entry.edited_at:
            raise tickets.TicketProblem(_("Somebody else has changed it meanwhile."))
        session.add(
            EntryVersion(
                entry_id=row.id, author=row.edited_by or row.author, text=row.text, html=row.html,
                written_at=row.edited_at or row.created_at,
            )
        )  # fmt: skip
        row.text, row.html, row.edited_at, row.edited_by = draft.text, draft.html, clock.now(), actor.name[:200]
        ticket.updates += 1
        repeat(session, ticket)
        events.log(session, ticket, actor, "edited", entry_id=row.id, after=row.author)
        emit(session, "entry_edited", _told(ticket, row, actor))

    transact(work)


def versions(actor: Actor, entry_id: int) -> Sequence[Row[Any]]:
    """What an entry said before, the oldest first: for agents.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    access_entry(actor, entry_id, "ticket.note")
    asked = select(*EntryVersion.__table__.columns).where(EntryVersion.entry_id == entry_id)
    return reading().all(asked.order_by(EntryVersion.id))


def readers(view: TicketView) -> Sequence[Row[Any]]:
    """Who could be sent a response once more: id, name and address of the requester and of those who follow the ticket."""
    follows = select(Collaborator.user_id).where(Collaborator.ticket_id == view.id)
    asked = (
        select(User.id, User.name, UserEmail.address)
        .join(UserEmail, (UserEmail.user_id == User.id) & UserEmail.is_primary)
        .where(or_(User.id == view.user_id, User.id.in_(follows)), User.is_banned.is_(False))
    )
    return reading().all(asked.order_by(User.id != view.user_id, User.name))


def resend(actor: Actor, entry_id: int, user_ids: Collection[int]) -> None:
    """Send a response once more, to those of the ticket's people who are named.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: it is no response, or nobody of them takes part.
    """
    view, entry = access_entry(actor, entry_id, "ticket.reply")
    chosen = [row for row in readers(view) if row.id in user_ids]
    if entry.kind != "response":
        raise tickets.TicketProblem(_("Only replies are sent."))
    if not chosen:
        raise tickets.TicketProblem(_("Choose who gets it."))

    def work(session: Session) -> None:
        ticket = tickets.locked(session, view.id)
        events.log(
            session, ticket, actor, "resent", entry_id=entry.id, after=", ".join(row.name for row in chosen)[:500]
        )
        data = {"user_ids": [row.id for row in chosen]}
        emit(session, "resend_requested", {**_told(ticket, entry, actor), **data})

    transact(work)


def move(session: Session, source: Ticket, target: Ticket, entry_ids: Sequence[int]) -> None:
    """Move entries, with their files and what they came in by, from one locked ticket to another; both rows say what is left."""
    for model, column in (
        (ThreadEntry, ThreadEntry.id),
        (Attachment, Attachment.entry_id),
        (IntakeRecord, IntakeRecord.entry_id),
    ):
        moved = update(model).where(column.in_(entry_ids), model.ticket_id == source.id)
        session.execute(moved.values(ticket_id=target.id).execution_options(synchronize_session=False))
    for ticket in (source, target):
        ticket.updates += 1
        newest = repeat(session, ticket)
        ticket.is_answered = newest is not None and newest.kind == "response"
    data = {"ticket_id": target.id, "number": target.number, "from_id": source.id, "entry_ids": list(entry_ids)}
    emit(session, "entries_moved", data)


def repeat(session: Session, ticket: Ticket) -> ThreadEntry | None:
    """Write anew what a ticket's own row repeats of its thread; the newest entry that requesters see."""
    session.flush()
    public = ThreadEntry.kind != "note"
    counted = session.execute(
        select(func.count(), func.max(case((public, ThreadEntry.id)))).where(ThreadEntry.ticket_id == ticket.id)
    ).one()
    files = select(func.count()).where(Attachment.ticket_id == ticket.id)
    ticket.entry_count, ticket.attachment_count = counted[0], session.scalar(files) or 0
    newest = session.get(ThreadEntry, counted[1], populate_existing=True) if counted[1] else None
    ticket.snippet = " ".join(newest.text[:600].split())[:200] if newest else ""
    ticket.snippet_by = newest.author[:100] if newest else ""
    ticket.last_activity_at = newest.created_at if newest else ticket.created_at
    return newest


def _told(ticket: Ticket, entry: Any, actor: Actor) -> dict[str, Any]:
    """What subscribers are told of an entry."""
    return {
        "ticket_id": ticket.id, "number": ticket.number, "entry_id": entry.id, "kind": entry.kind, "agent_id": actor.agent_id,
        "user_id": actor.user_id, "channel": entry.channel,
    }  # fmt: skip
