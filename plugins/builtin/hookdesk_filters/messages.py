"""The message that a past ticket came of, as rules see it: what its thread keeps, and what its intake record still knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from hookdesk.api import (
    Field,
    InboundMessage,
    IntakeHooks,
    IntakeRecord,
    RawIntake,
    ThreadEntry,
    Ticket,
    TicketDraft,
    Unreadable,
    clock,
    criteria,
    people,
    reading,
    scope,
    site,
    system,
)


def values(ticket_id: int, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The values of fields that stored tickets do not have, such as headers; empty where the record is gone."""
    message = of_ticket(ticket_id)
    if message is None:
        return {}
    found = criteria.DraftValues(draft_of(message), fields)
    return {name: found[name] for name in fields}


def of_ticket(ticket_id: int) -> InboundMessage | None:
    """The message that opened a ticket: read again from its raw record, else put together from what is stored; None without a ticket."""
    asked = (
        select(
            Ticket.subject, Ticket.channel, Ticket.user_id, Ticket.topic_ref, ThreadEntry.text, ThreadEntry.intake_id
        )
        .join(ThreadEntry, ThreadEntry.ticket_id == Ticket.id)
        .where(Ticket.id == ticket_id, scope(system("filters")))
        .order_by(ThreadEntry.id)
        .limit(1)
    )
    row = reading().first(asked)
    if row is None:
        return None
    record = reading().scalars(select(IntakeRecord).where(IntakeRecord.id == row.intake_id)).first()
    if record is not None and record.raw is not None and record.channel == "email":
        message = from_mail(record.raw, record.meta)
        if message is not None:
            return message
    return InboundMessage(
        channel=row.channel, sender_address=people.primary_address(row.user_id), subject=row.subject, text=row.text,
        topic=row.topic_ref,
    )  # fmt: skip


def with_fields(ticket_id: int, message: InboundMessage) -> InboundMessage:
    """The message with what its form asked for besides, by what stands on the ticket now. A mail had none."""
    if message.channel == "email":
        return message
    core = {field.name for field in criteria.core_fields()}
    asked = {
        name: field for name, field in criteria.known_fields().items() if name not in core and field.column is not None
    }
    found = criteria.stored_values([ticket_id], asked).get(ticket_id, {})
    return message.replace(fields={asked[name].attribute: value for name, value in found.items()})


def from_mail(raw: bytes, meta: Mapping[str, Any] | None = None) -> InboundMessage | None:
    """A raw mail, with its record's `meta`, as the plugin that reads mail understands it; None if it cannot be read."""
    given = RawIntake(0, "email", raw, meta or {}, clock.now())
    try:
        return site().hooks.first(IntakeHooks.intake_parse, record=given)
    except Unreadable:
        return None


def draft_of(message: InboundMessage) -> TicketDraft:
    """A draft as intake would make it of a message that opens a ticket; nothing is stored."""
    person = people.find_user(message.sender_address)
    return TicketDraft(
        message=message, subject=message.subject, user_id=person.user_id if person else None, channel=message.channel,
        organization_id=person.organization_id if person else people.organization_of(message.sender_address),
        topic=message.topic, fields=message.fields,
    )  # fmt: skip
