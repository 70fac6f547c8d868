"""If a plan were changed so: which open tickets would be late, and which no more. Nothing is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hookdesk.api import Actor, Ticket, clock, reading, scope
from hookdesk_sla import reckoning
from hookdesk_sla.choosing import Book
from hookdesk_sla.models import Clock, Pause
from hookdesk_sla.rules import RESOLUTION, Rule, target_name

MOST = 2_000
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket's deadline that would be late: what it is now, and what it would be."""

    number: str
    subject: str
    target: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do to the open tickets under a plan: how many were looked at, and whether those are all."""

    looked_at: int
    is_all: bool
    late: list[Moved]
    late_count: int
    saved_count: int
    moved_count: int


def preview(actor: Actor, rule: Rule) -> Preview:
    """Reckon the clocks of open tickets under the plan, as the actor sees them, by `rule` instead."""
    columns = (Ticket.id, Ticket.number, Ticket.subject, Ticket.department_id, Ticket.priority_id, Ticket.fixed_due_at)
    under = select(*columns).where(Ticket.state == "open", Ticket.sla_ref == rule.ref, scope(actor))
    tickets = {row.id: row for row in reading().all(under.order_by(Ticket.id.desc()).limit(MOST + 1))}
    is_all = len(tickets) <= MOST
    ids = list(tickets)[:MOST]
    pauses: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for row in reading().all(
        select(Pause.ticket_id, Pause.began_at, Pause.ended_at).where(Pause.ticket_id.in_(ids)).order_by(Pause.id)
    ):
        pauses[row.ticket_id].append((row.began_at, row.ended_at))
    running = select(Clock.ticket_id, Clock.target, Clock.started_at, Clock.due_at).where(
        Clock.ticket_id.in_(ids), Clock.state == "running"
    )
    book, now, found = Book(), clock.now(), []
    for one in reading().all(running.order_by(Clock.id)):
        ticket = tickets[one.ticket_id]
        after = _due(one, ticket, rule, pauses[ticket.id], book)
        if after != one.due_at:
            found.append(Moved(ticket.number, ticket.subject, target_name(one.target), one.due_at, after))
    late = [moved for moved in found if moved.after <= now < moved.before]
    saved = sum(moved.before <= now < moved.after for moved in found)
    return Preview(len(ids), is_all, sorted(late, key=lambda moved: moved.after)[:SHOWN], len(late), saved, len(found))


def _due(one: Any, ticket: Any, rule: Rule, pauses: list[tuple[datetime, datetime | None]], book: Book) -> datetime:
    """When a clock would be due; never, if the plan would not promise it."""
    if one.target == RESOLUTION and ticket.fixed_due_at is not None:
        fixed: datetime = ticket.fixed_due_at
        return fixed
    allowance = rule.allowance(one.target, ticket.priority_id)
    if allowance is None:
        return clock.NEVER
    calendar = book.calendar(rule, ticket.department_id)
    return reckoning.deadline(one.started_at, allowance, pauses, calendar) or clock.NEVER
