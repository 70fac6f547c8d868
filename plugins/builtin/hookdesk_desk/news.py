"""Whether a list that somebody looks at has changed: what its page knows of, and what came after that."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Select, or_, select

from hookdesk.api import Actor, Ticket, TicketEvent, clock, reading, scope

SETTLES = timedelta(seconds=2)
"""PostgreSQL may commit an event after one with a higher id. What is older has been committed; of what is not, a page hears again."""


def known() -> int:
    """The id of the newest ticket event that a page made now certainly shows, and before which none will appear; 0 if there is none."""
    newest = select(TicketEvent.id).order_by(TicketEvent.id.desc()).limit(1)
    if reading().dialect != "sqlite":  # which has one writer at a time
        newest = newest.where(TicketEvent.created_at <= clock.now() - SETTLES)
    return reading().scalar(newest) or 0


def is_there(actor: Actor, since: int) -> bool:
    """True if something happened after the event `since` to a ticket that the actor sees, or saw before it was deleted: one query."""
    return reading().scalar(after(actor, since)) is not None


def after(actor: Actor, since: int) -> Select[int]:
    """The first such event. A join would have SQLite begin with the tickets, all of them where nothing has happened."""
    is_seen = or_(scope(actor), scope(actor, binned=True))
    ticket = select(Ticket.id).where(Ticket.id == TicketEvent.ticket_id, is_seen)
    return select(TicketEvent.id).where(TicketEvent.id > since, ticket.exists()).order_by(TicketEvent.id).limit(1)
