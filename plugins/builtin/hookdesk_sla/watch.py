"""The job that looks when something is due: it warns, tells of breaches and escalates, each once for each deadline."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    OutboxEvent,
    ThreadEntry,
    Ticket,
    clock,
    emit,
    events,
    log,
    reading,
    system,
    tickets,
    transact,
)
from hookdesk_sla import clocks, escalation, reckoning
from hookdesk_sla.choosing import Book
from hookdesk_sla.models import Clock
from hookdesk_sla.reckoning import DUE, WARN
from hookdesk_sla.rules import RESPONSES, Rule, target_name

BATCH = 50
PUT_OFF = timedelta(minutes=5)
MOST_UNSETTLED = 1000
FOLLOWED = ("ticket_changed", "entry_added")


def run() -> int:
    """Do what is due, the longest due first; how many clocks that concerned."""
    due = select(Clock.id, Clock.ticket_id).where(Clock.next_at <= clock.now())
    rows = reading().all(due.order_by(Clock.next_at, Clock.id).limit(BATCH))
    if not rows:
        return 0
    unsettled = _unsettled()
    settled = [row for row in rows if row.ticket_id not in unsettled]
    book = Book()
    book.prepare([row.ticket_id for row in settled])
    for row in settled:
        _guarded(row.id, row.ticket_id, book)
    return len(settled)


def _unsettled() -> set[int]:
    """Tickets of which something is still to be told: after an outage, they may have been answered in time. They wait a second."""
    asked = (
        select(OutboxEvent.data).where(OutboxEvent.name.in_(FOLLOWED)).order_by(OutboxEvent.id).limit(MOST_UNSETTLED)
    )
    return {int(data.get("ticket_id", 0)) for data in reading().scalars(asked)}


def next_at() -> datetime | None:
    """When something is due next."""
    soonest = reading().scalar(select(func.min(Clock.next_at)))
    return None if soonest in (None, clock.NEVER) else soonest


def _guarded(clock_id: int, ticket_id: int, book: Book) -> None:
    """One clock; what cannot be done for it must not keep the others waiting."""
    try:
        transact(lambda session: _look(session, clock_id, ticket_id, book))
    except tickets.TicketProblem:  # the ticket is gone, and its clocks with it
        return
    except ValueError as error:
        told = f"A deadline could not be dealt with, and is tried again in five minutes. {error}"

        def put_off(session: Session) -> None:
            later = clock.now() + PUT_OFF
            session.execute(update(Clock).where(Clock.id == clock_id).values(next_at=later))
            log.write(session, "error", "sla", told)

        transact(put_off)


def _look(session: Session, clock_id: int, ticket_id: int, book: Book) -> None:
    """Do for one clock what is due, if it still is."""
    ticket = tickets.locked(session, ticket_id)
    one = session.get(Clock, clock_id, with_for_update=True, populate_existing=True)
    if one is None or one.state != "running" or one.next_at > clock.now() or _is_over(session, ticket, one):
        return
    rule = book.rules.get(ticket.sla_ref)
    calendar = book.calendar(rule, ticket.department_id)
    marks = reckoning.marks(rule, one.target, one.allowance, one.due_at, calendar)
    now = clock.now()
    for key, moment in marks.items():
        if moment <= now and key not in one.fired:
            _fire(session, ticket, one, key, rule)
            one.fired = [*one.fired, key]
    one.next_at = min((moment for key, moment in marks.items() if key not in one.fired), default=clock.NEVER)


def _is_over(session: Session, ticket: Ticket, one: Clock) -> bool:
    """Whether the clock has ended or been paused already, and the event that says so is still on its way."""
    if ticket.state == "closed":
        clocks.end(one, ticket.closed_at or clock.now(), "dropped" if one.target in RESPONSES else "")
        return True
    if one.target in RESPONSES:
        answered = select(func.min(ThreadEntry.created_at)).where(
            ThreadEntry.ticket_id == ticket.id,
            ThreadEntry.kind == "response",
            ThreadEntry.user_id.is_not(None),  # no filter's
            ThreadEntry.created_at >= one.started_at,
        )
        at = session.scalar(answered)
        if at is not None:
            clocks.end(one, at)
            return True
    return False


def _fire(session: Session, ticket: Ticket, one: Clock, key: str, rule: Rule | None) -> None:
    """Warn, tell of the breach, or take a step."""
    data = told(ticket, one, rule)
    if key == WARN:
        emit(session, "sla_warned", data)
    elif key == DUE:
        one.breached_at = clock.now()
        events.log(session, ticket, system(), "overdue", after=target_name(one.target))
        ticket.updates += 1
        emit(session, "sla_breached", data)
    elif rule is not None:
        step = next(step for step in rule.steps if step.key == key)
        escalation.take(session, ticket, step, data)


def told(ticket: Ticket, one: Clock, rule: Rule | None) -> dict[str, object]:
    """What events say of a deadline."""
    return {
        "ticket_id": ticket.id, "number": ticket.number, "target": one.target, "target_name": target_name(one.target),
        "due_at": one.due_at.isoformat(), "sla": rule.ref if rule else "", "plan": rule.name if rule else "",
        "alert": rule is None or not rule.is_silent,
    }  # fmt: skip
