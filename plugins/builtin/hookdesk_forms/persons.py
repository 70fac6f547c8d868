"""What is kept about a person: given out, handed on, forgotten; and the files that belong to what was filled in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Ticket, attachments, reading, transact
from hookdesk_forms import values
from hookdesk_forms.models import Field, Value

MOST = 10_000


def records(user_id: int) -> list[dict[str, Any]]:
    """What was filled in about a user, and on their tickets."""
    found = [_record(answer, None) for answer in values.answers("user", user_id)]
    asked = select(Value.ticket_id, Ticket.number).join(Ticket, Ticket.id == Value.ticket_id)
    for row in reading().all(asked.where(Ticket.user_id == user_id).distinct().order_by(Value.ticket_id).limit(MOST)):
        found += [_record(answer, row.number) for answer in values.answers("ticket", row.ticket_id)]
    return found


def _record(answer: values.Answer, number: str | None) -> dict[str, Any]:
    """One field."""
    return {"field": answer.spec.key, "label": answer.spec.label, "value": answer.words, "ticket": number}


def merged(survivor_id: int, merged_id: int) -> None:
    """Give the survivor what the other had, where they have nothing themselves."""

    def work(session: Session) -> None:
        own = select(Value.field_id).where(Value.user_id == survivor_id)
        gained = update(Value).where(Value.user_id == merged_id, Value.field_id.not_in(own))
        session.execute(gained.values(user_id=survivor_id))
        values.claim_files(session, "user", survivor_id)
        attachments.disclaim(session, values.owner_name("user", merged_id))

    transact(work)


def forget(user_id: int) -> None:
    """Drop what was filled in about a user, and on their tickets what they may have written themselves: texts and files."""

    def work(session: Session) -> None:
        own = select(Ticket.id).where(Ticket.user_id == user_id)
        chosen = select(Field.id).where(Field.kind.in_(("choice", "list", "department", "topic", "priority", "agent")))
        written = or_(Value.body.is_not(None), Value.data.is_not(None), Value.text.is_not(None))
        files = select(Value.ticket_id).where(Value.ticket_id.in_(own), Value.data.is_not(None)).distinct()
        ticket_ids = list(session.scalars(files))
        session.execute(delete(Value).where(Value.user_id == user_id))
        session.execute(delete(Value).where(Value.ticket_id.in_(own), written, Value.field_id.not_in(chosen)))
        names = [values.owner_name("ticket", ticket_id) for ticket_id in ticket_ids if ticket_id is not None]
        attachments.disclaim(session, values.owner_name("user", user_id), *names)

    transact(work)


def settled(ticket_id: int, user_id: int) -> None:
    """After a ticket was made: what was filled in about its requester goes to them where nothing stands yet, and its files are kept."""
    about_user = select(Field.id).where(Field.about == "user")
    theirs = Value.field_id.in_(about_user)
    asked = select(Value.id).where(Value.ticket_id == ticket_id, or_(theirs, Value.data.is_not(None))).limit(1)
    if reading().scalar(asked) is None:
        return

    def work(session: Session) -> None:
        known = select(Value.field_id).where(Value.user_id == user_id)
        new = update(Value).where(Value.ticket_id == ticket_id, theirs, Value.field_id.not_in(known))
        session.execute(new.values(user_id=user_id, ticket_id=None))
        session.execute(delete(Value).where(Value.ticket_id == ticket_id, theirs))
        values.claim_files(session, "ticket", ticket_id)
        values.claim_files(session, "user", user_id)

    transact(work)


def ticket_gone(ticket_id: int) -> None:
    """Let go of a deleted ticket's files."""
    transact(lambda session: attachments.disclaim(session, values.owner_name("ticket", ticket_id)))


def task_gone(task_id: int) -> None:
    """Drop what was filled in about a deleted task, and let go of its files."""

    def work(session: Session) -> None:
        session.execute(delete(Value).where(Value.task_id == task_id))
        attachments.disclaim(session, values.owner_name("task", task_id))

    transact(work)
