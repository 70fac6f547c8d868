"""Changing what was filled in: on a ticket with a line in its log and an event for each field, else with a line for the audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from hookdesk.api import Actor, Ticket, access_ticket, events, log, tickets, transact
from hookdesk_forms import values
from hookdesk_forms.filling import Row

LONGEST = 200


def change_ticket(actor: Actor, ticket_id: int, rows: Sequence[Row]) -> list[str]:
    """Store what was filled in; the labels of what changed. Agents need the permission to edit, requesters must take part.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: it has been deleted meanwhile.
    """
    access_ticket(actor, ticket_id, "ticket.edit" if actor.is_agent else "ticket.message")

    def work(session: Session) -> list[str]:
        ticket = tickets.locked(session, ticket_id)
        stored = values.read("ticket", ticket_id)
        return [row.spec.label for row in rows if _change(session, ticket, actor, row, stored.get(row.spec.id, ()))]

    return transact(work)


def _change(session: Session, ticket: Ticket, actor: Actor, row: Row, before: tuple[Any, ...]) -> bool:
    """Store one field, if it differs."""
    after = () if row.is_hidden else row.values
    plain = [[row.kind.plain(value) for value in each] for each in (before, after)]
    if plain[0] == plain[1]:
        return False
    values.write(session, "ticket", ticket.id, row.spec, row.kind, after)
    told = {
        "label": row.spec.label,
        "before_name": _told(row, before),
        "after_name": _told(row, after),
    }
    events.changed(session, ticket, actor, row.spec.name, *plain, **told)
    return True


def change_owner(actor: Actor, about: str, owner_id: int, name: str, rows: Sequence[Row]) -> list[str]:
    """Store what was filled in about a user or an organization; the labels of what changed. Who may is for the caller to check."""

    def work(session: Session) -> list[str]:
        stored = values.read(about, owner_id)
        changes: dict[str, tuple[Any, Any]] = {}
        for row in rows:
            before, after = stored.get(row.spec.id, ()), () if row.is_hidden else row.values
            if [row.kind.plain(value) for value in before] != [row.kind.plain(value) for value in after]:
                values.write(session, about, owner_id, row.spec, row.kind, after)
                changes[row.spec.label] = (_told(row, before), _told(row, after))
        if changes:
            log.changed(session, actor, about, name, changes)
        return list(changes)

    return transact(work, race=True)


def _told(row: Row, given: tuple[Any, ...]) -> str:
    """Values as the log shows them."""
    return row.kind.words(row.spec, given)[:LONGEST] if given else ""
