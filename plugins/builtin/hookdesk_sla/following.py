"""What happens to a ticket, and what that means for its clocks. Each is told by an event, with the moment at which it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Event,
    NotFound,
    SlaHooks,
    Status,
    access_ticket,
    deadlines,
    reading,
    site,
    system,
    tickets,
    transact,
)
from hookdesk_sla import clocks
from hookdesk_sla.choosing import Book
from hookdesk_sla.clocks import Case
from hookdesk_sla.models import Pause
from hookdesk_sla.rules import NEXT, RESOLUTION, RESPONSES

RECKONED = ("priority", "sla", "due")
"""Properties on which deadlines depend; any other change leaves the clocks alone."""


def created(event: Event) -> None:
    """The clocks came with the ticket: see that the watch knows of them, and that there are any."""
    _change(event, lambda _session, _case: None)


def entry_added(event: Event) -> None:
    """A response ends what waits for one; a requester's message begins it."""
    kind, at = event.data.get("kind"), event.happened_at

    def work(session: Session, case: Case) -> None:
        if kind == "response":
            if event.data.get("user_id") is None:  # no person's answer
                return
            for one in case.running(*RESPONSES):
                clocks.end(one, at)
        elif case.ticket.state == "open" and not case.running(*RESPONSES):
            rule = Book().rules.get(case.ticket.sla_ref)
            if rule is not None and rule.allowance(NEXT, case.ticket.priority_id):
                clocks.begin(session, case, NEXT, at)

    if kind in ("response", "message"):
        _change(event, work)


def changed(event: Event) -> None:
    """A property changed."""
    what = event.data.get("what")
    if what == "status":
        _status_changed(event)
    elif what == "answered" and event.data.get("after"):
        _change(event, lambda _session, case: _end(case, event.happened_at, "dropped", NEXT))
    elif what == "department":
        _follow_department(event.ticket_id)
        _change(event, lambda _session, _case: None)
    elif what in RECKONED:
        _change(event, lambda _session, _case: None)


def _status_changed(event: Event) -> None:
    """Closing ends the clocks, reopening begins one for the resolution; some statuses pause them all."""
    at, before, after = event.happened_at, str(event.data.get("before")), str(event.data.get("after"))
    states = dict(reading().execute(select(Status.key, Status.state).where(Status.key.in_((before, after)))).all())
    reason = _paused(event.ticket_id, after) if states.get(after) == "open" else None

    def work(session: Session, case: Case) -> None:
        if states.get(after) == "closed":
            _end(case, at, "dropped", *RESPONSES)
            _end(case, at, "", RESOLUTION)
        elif states.get(before) == "closed" and not case.running(RESOLUTION):
            rule = Book().rules.get(case.ticket.sla_ref)
            if rule is not None and rule.allowance(RESOLUTION, case.ticket.priority_id):
                clocks.begin(session, case, RESOLUTION, at)
        pause(session, case, at, reason)

    _change(event, work)


def pause(session: Session, case: Case, at: datetime, reason: str | None) -> None:
    """Begin or end a ticket's pause. A moment before the pause's beginning (the clock jumped back) counts as that."""
    going_on = case.open_pause
    if reason and going_on is None:
        begun = Pause(ticket_id=case.ticket.id, reason=reason[:200], began_at=at)
        session.add(begun)
        case.pauses.append(begun)
    elif not reason and going_on is not None:
        going_on.ended_at = max(at, going_on.began_at)


def _end(case: Case, at: datetime, outcome: str, *targets: str) -> None:
    """Stop a case's clocks of these targets."""
    for one in case.running(*targets):
        clocks.end(one, at, outcome)


def _paused(ticket_id: int, status: str) -> str | None:
    """Why a ticket's clocks stand still with this status; None if they run."""
    try:
        about = {**access_ticket(system(), ticket_id).snapshot(), "status": status}
    except NotFound:
        return None
    return site().hooks.veto(SlaHooks.sla_paused, ticket=about)


def _follow_department(ticket_id: int) -> None:
    """A plan that goes with the department is replaced by the new department's."""

    def work(session: Session) -> None:
        ticket = tickets.locked(session, ticket_id)
        book = Book()
        present = book.rules.get(ticket.sla_ref)
        if present is not None and present.follows_department:
            chosen, _why = book.choose("", ticket.department_id)
            names = {ref: rule.name for ref, rule in book.rules.items()}
            deadlines.apply_sla(session, ticket, system(), chosen.ref if chosen else "", names)

    transact(work)


def _change(event: Event, work: Callable[[Session, Case], Any]) -> None:
    """Change the clocks of the event's ticket in one transaction; one that is gone has none."""
    book = Book()
    book.prepare([event.ticket_id])
    transact(lambda session: clocks.change(session, event.ticket_id, book, lambda case: work(session, case)))
