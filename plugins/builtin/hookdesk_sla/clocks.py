"""The clocks of tickets are set here: from what is stored, so that setting them again changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import ThreadEntry, Ticket, clock, deadlines, wake_at
from hookdesk_sla import reckoning
from hookdesk_sla.choosing import Book
from hookdesk_sla.models import Clock, Pause
from hookdesk_sla.reckoning import DUE, WARN
from hookdesk_sla.rules import FIRST, RESOLUTION, RESPONSES

WATCH = "sla.watch"


@dataclass(slots=True)
class Case:
    """A ticket with all that its clocks depend on: its properties, its clocks that are not done, its pauses."""

    ticket: Any
    clocks: list[Clock] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)

    @property
    def stretches(self) -> list[tuple[datetime, datetime | None]]:
        """The pauses as reckoning takes them."""
        return [(pause.began_at, pause.ended_at) for pause in self.pauses]

    @property
    def open_pause(self) -> Pause | None:
        """The pause that goes on."""
        return next((pause for pause in self.pauses if pause.ended_at is None), None)

    def running(self, *targets: str) -> list[Clock]:
        """Clocks that are not done, of some targets or of all."""
        return [one for one in self.clocks if one.state != "done" and (not targets or one.target in targets)]

    @property
    def due_at(self) -> datetime:
        """What is due next."""
        dues = [one.due_at for one in self.running()]
        return (
            min(dues, default=self.ticket.fixed_due_at or clock.NEVER) if self.ticket.state == "open" else clock.NEVER
        )


_TICKET = select(
    Ticket.id, Ticket.number, Ticket.state, Ticket.sla_ref, Ticket.department_id, Ticket.priority_id, Ticket.created_at, Ticket.reopened_at,
    Ticket.closed_at, Ticket.fixed_due_at, Ticket.due_at,
)  # fmt: skip


def load(session: Session, ticket_ids: Sequence[int]) -> list[Case]:
    """The cases of these tickets, in the order of their ids; one that is gone is left out. Held until the transaction ends."""
    asked = _TICKET.where(Ticket.id.in_(ticket_ids)).order_by(Ticket.id).with_for_update()
    found = {row.id: Case(row) for row in session.execute(asked)}
    active = select(Clock).where(Clock.ticket_id.in_(ticket_ids), Clock.state != "done").order_by(Clock.id)
    for one in session.scalars(active):
        if one.ticket_id in found:
            found[one.ticket_id].clocks.append(one)
    for pause in session.scalars(select(Pause).where(Pause.ticket_id.in_(ticket_ids)).order_by(Pause.id)):
        if pause.ticket_id in found:
            found[pause.ticket_id].pauses.append(pause)
    return list(found.values())


def change(session: Session, ticket_id: int, book: Book, work: Callable[[Case], None]) -> None:
    """Change the clocks of one ticket, then set them all and say what is due."""
    for case in load(session, [ticket_id]):
        work(case)
        renew(session, [case], book)


def renew(session: Session, cases: Iterable[Case], book: Book) -> None:
    """Set the clocks by what holds now: plan, priority, hours, pauses, the date that an agent set. Begin those that are lacking."""
    soonest, dues = clock.NEVER, {}
    for case in cases:
        if case.ticket.state == "open":
            _renew(session, case, book)
        if case.due_at != case.ticket.due_at:
            dues[case.ticket.id] = case.due_at
        soonest = min([soonest, *(one.next_at for one in case.running())])
    session.flush()
    deadlines.put_due(session, dues)
    if soonest != clock.NEVER:
        wake_at(session, WATCH, soonest)


def _renew(session: Session, case: Case, book: Book) -> None:
    """The clocks of one open ticket."""
    ticket = case.ticket
    rule = book.rules.get(ticket.sla_ref)
    calendar = book.calendar(rule, ticket.department_id)
    promised = {
        target: rule.allowance(target, ticket.priority_id) if rule else None for target in (*RESPONSES, RESOLUTION)
    }
    if (promised[RESOLUTION] or ticket.fixed_due_at) and not case.running(RESOLUTION):
        begin(session, case, RESOLUTION, ticket.reopened_at or ticket.created_at)
    if promised[FIRST] and not case.running(FIRST) and not _had_first(session, ticket.id):
        begin(session, case, FIRST, ticket.created_at)
    for one in case.running():
        fixed = ticket.fixed_due_at if one.target == RESOLUTION else None
        allowance = promised[one.target]
        one.plan_id = rule.id if rule else None
        if allowance is None and fixed is None:
            end(one, clock.now(), "dropped")
            continue
        one.allowance = None if fixed else allowance
        due = fixed or reckoning.deadline(one.started_at, allowance or 0, case.stretches, calendar)
        set_due(one, due, reckoning.marks(rule, one.target, one.allowance, due, calendar) if due else {})


def _had_first(session: Session, ticket_id: int) -> bool:
    """Whether somebody has answered already, or a first response has been measured."""
    by_person = ThreadEntry.kind == "response", ThreadEntry.user_id.is_not(None)
    answered = select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket_id, *by_person)
    measured = select(Clock.id).where(Clock.ticket_id == ticket_id, Clock.target == FIRST)
    return bool(session.scalar(answered.limit(1)) or session.scalar(measured.limit(1)))


def begin(session: Session, case: Case, target: str, at: datetime) -> None:
    """Start a clock; when it is due is reckoned with the others."""
    one = Clock(
        ticket_id=case.ticket.id, target=target, state="running", outcome="", started_at=at, warn_at=clock.NEVER, due_at=clock.NEVER,
        next_at=clock.NEVER, fired=[],
    )  # fmt: skip
    session.add(one)
    case.clocks.append(one)


def set_due(one: Clock, due: datetime | None, marks: dict[str, datetime]) -> None:
    """Say when a clock is due (None: it stands still). What was done about an earlier deadline and lies ahead again, is done again."""
    if due != one.due_at:
        now = clock.now()
        one.fired = [key for key in one.fired if key not in marks or marks[key] <= now]
        if DUE not in one.fired and due is not None:
            one.breached_at = None
    one.state = "running" if due else "paused"
    one.due_at, one.warn_at = due or clock.NEVER, marks.get(WARN, clock.NEVER)
    one.next_at = min((moment for key, moment in marks.items() if key not in one.fired), default=clock.NEVER)


def end(one: Clock, at: datetime, outcome: str = "") -> None:
    """Stop a clock for good: it was "dropped", or else met or missed."""
    if not outcome and at <= one.due_at:
        one.breached_at = None
    one.outcome = outcome or ("missed" if at > one.due_at else "met")
    one.state, one.ended_at, one.next_at = "done", at, clock.NEVER
