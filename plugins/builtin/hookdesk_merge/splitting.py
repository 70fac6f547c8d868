"""Splitting: a message, with what follows if wanted, becomes a ticket of its own."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    FilteringHooks,
    InboundMessage,
    ThreadEntry,
    Ticket,
    TicketDraft,
    TicketView,
    User,
    UserEmail,
    clock,
    emit,
    entries,
    events,
    reading,
    site,
    threads,
    tickets,
    transact,
)
from hookdesk_merge.linking import tie
from hookdesk_merge.merging import PERMISSION


def split(actor: Actor, entry_id: int, subject: str, *, with_following: bool = False) -> str:
    """Move an entry (with all that follow it) to a new ticket, linked with the old one; the new number.

    It stays in the department, with topic and priority; plugins give it its number and its plan, as they do for what comes in. Its
    requester is who wrote the message. Nobody is sent anything.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: nothing would be left, or there is no subject.
    """
    view, entry = entries.access_entry(actor, entry_id, PERMISSION)
    if not subject.strip():
        raise tickets.TicketProblem(_("Say what the new ticket is about."))
    moved = ThreadEntry.id >= entry.id if with_following else ThreadEntry.id == entry.id
    which = select(ThreadEntry.id).where(ThreadEntry.ticket_id == view.id, moved)
    if len(list(reading().scalars(which))) >= view.entry_count:
        raise tickets.TicketProblem(_("Nothing would be left of this ticket. Change its subject instead."))
    draft = _drafted(actor, view, entry, subject)

    def work(session: Session) -> str:
        old, ids = tickets.locked(session, view.id), list(session.scalars(which))
        if entry.id not in ids:
            raise tickets.TicketProblem(_("The message stands on another ticket by now."))
        new = tickets.insert(session, draft, draft.user_id or view.user_id)
        session.flush()
        entries.move(session, old, new, ids)
        new.last_activity_at = clock.now()
        threads.store_rows(session, draft.rows, new.id)
        _tell(session, actor, old, new, entry)
        return new.number

    return transact(work)


def _drafted(actor: Actor, view: TicketView, entry: Row[Any], subject: str) -> TicketDraft:
    """The new ticket as plugins see it; where it lies is not theirs to say."""
    owner = _owner(view, entry)
    message = InboundMessage(
        channel=entry.channel, sender_address=owner.address or "", sender_name=owner.name, subject=subject,
        text=entry.text, topic=view.topic_ref,
    )  # fmt: skip
    kept: dict[str, Any] = {
        "user_id": owner.id, "organization_id": owner.organization_id, "department_id": view.department_id,
        "priority_id": view.priority_id, "assignee_id": None, "team_id": None, "alert": False, "autoresponse": False,
    }  # fmt: skip
    draft = TicketDraft(
        message=message, subject=subject, channel=entry.channel, agent_id=actor.agent_id, topic=view.topic_ref, **kept
    )
    return site().hooks.chain(FilteringHooks.ticket_filter, draft=draft).replace(subject=subject, verdict=None, **kept)


def _owner(view: TicketView, entry: Row[Any]) -> Row[Any]:
    """Whoever wrote the message, else the requester of the old ticket."""
    wrote = entry.user_id if entry.kind == "message" else None
    first = (User.id == wrote).desc() if wrote else User.id
    asked = (
        select(User.id, User.name, User.organization_id, func.min(UserEmail.address).label("address"))
        .outerjoin(UserEmail, (UserEmail.user_id == User.id) & UserEmail.is_primary)
        .where(User.id.in_({view.user_id, wrote or view.user_id}))
        .group_by(User.id, User.name, User.organization_id)
        .order_by(first)
    )
    found = reading().first(asked)
    assert found is not None  # a ticket's requester is there as long as it is
    return found


def _tell(session: Session, actor: Actor, old: Ticket, new: Ticket, entry: Row[Any]) -> None:
    """In both logs, and to those who follow new tickets."""
    events.log(session, new, actor, "created", channel=new.channel, requester="")
    tie(session, actor, old, new, "split")
    events.changed(session, old, actor, "split", None, new.id, before_name="", after_name=new.number)
    events.changed(session, new, actor, "split", old.id, None, before_name=old.number, after_name="")
    data = {
        "ticket_id": new.id, "number": new.number, "entry_id": entry.id, "user_id": new.user_id, "channel": new.channel,
        "alert": False, "autoresponse": False, "kind": "message", "agent_id": actor.agent_id,
    }  # fmt: skip
    emit(session, "ticket_created", data)
