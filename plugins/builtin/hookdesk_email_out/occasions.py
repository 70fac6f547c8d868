"""What a mail is about: an event with its ticket, its department and its entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import (
    Department,
    Event,
    IntakeRecord,
    NotFound,
    ThreadEntry,
    TicketView,
    access_ticket,
    reading,
    system,
)

_DEPARTMENT = (
    Department.id, Department.name, Department.is_public, Department.alerts, Department.answers_tickets, Department.answers_messages,
    Department.signature, Department.manager_id, Department.template_ref,
    Department.mail_account_ref,
)  # fmt: skip
_ENTRY = (
    ThreadEntry.id, ThreadEntry.kind, ThreadEntry.text, ThreadEntry.html, ThreadEntry.author, ThreadEntry.agent_id, ThreadEntry.intake_id,
    ThreadEntry.created_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why mails are written. `entry` is what was written, if something was."""

    event: Event
    ticket: TicketView
    department: Row[Any]
    entry: Row[Any] | None

    @property
    def public_department(self) -> str:
        """The department's name for requesters; "" if they shall not know it."""
        return str(self.department.name) if self.department.is_public else ""

    def for_event(self, event: Event) -> Occasion:
        """The same under another event."""
        return replace(self, event=event)

    def is_by(self, agent_id: int | None, user_id: int | None) -> bool:
        """True for whoever did it: nobody is told of their own doing."""
        data = self.event.data
        acted = (data.get("agent_id"), data.get("user_id"))
        return (agent_id is not None and agent_id == acted[0]) or (user_id is not None and user_id == acted[1])


def occasion(event: Event) -> Occasion | None:
    """The ticket and entry of an event; None if they are gone meanwhile."""
    try:
        ticket = access_ticket(system("email_out"), event.ticket_id)
    except NotFound:
        return None
    return assembled(event, ticket)


def assembled(event: Event, ticket: TicketView) -> Occasion | None:
    """What an event on a ticket is about; None if its department is gone meanwhile."""
    department = reading().first(select(*_DEPARTMENT).where(Department.id == ticket.department_id))
    if department is None:
        return None
    entry_id = event.data.get("entry_id")
    entry = reading().first(select(*_ENTRY).where(ThreadEntry.id == entry_id)) if entry_id else None
    return Occasion(event, ticket, department, entry)


def came_from_machine(entry: Row[Any] | None) -> bool:
    """True if the mail behind an entry must not be answered by a machine (RFC 3834 §2): lists, bounces, autoresponders, null senders."""
    if entry is None or entry.intake_id is None:
        return False
    meta = reading().scalar(select(IntakeRecord.meta).where(IntakeRecord.id == entry.intake_id)) or {}
    return bool(meta.get("automatic"))
