"""When a ticket is due, and by which plan. Plans are a plugin's; a date that an agent sets is core's, and stands above every plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import access_ticket
from hookdesk.hookspecs import SlaHooks
from hookdesk.models import Ticket, table_of
from hookdesk.services import events
from hookdesk.services.tickets import TicketProblem, change
from hookdesk.site import site
from hookdesk.types.actors import Actor


def set_due(actor: Actor, ticket_id: int, moment: datetime | None) -> None:
    """Set the date by which the whole ticket is to be done, or take it back (None).

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the ticket is closed, or the date has passed.
    """

    def work(session: Session, ticket: Ticket) -> None:
        before = ticket.fixed_due_at
        if before == moment:
            return
        if moment is not None and (ticket.state == "closed" or moment <= clock.now()):
            raise TicketProblem(_("A due date lies ahead, and the ticket is open."))
        ticket.fixed_due_at, ticket.due_at = moment, moment or clock.NEVER
        events.changed(session, ticket, actor, "due", _stamp(before), _stamp(moment))

    change(actor, ticket_id, "ticket.edit", work)


def due_now(actor: Actor, ticket_id: int) -> None:
    """Let a ticket be overdue from this moment on.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the ticket is closed.
    """

    def work(session: Session, ticket: Ticket) -> None:
        if ticket.state == "closed":
            raise TicketProblem(_("A closed ticket is never due."))
        before = ticket.fixed_due_at
        ticket.fixed_due_at = ticket.due_at = clock.now()
        events.changed(session, ticket, actor, "due", _stamp(before), _stamp(ticket.fixed_due_at))

    change(actor, ticket_id, "ticket.edit", work)


def _stamp(moment: datetime | None) -> str | None:
    """A moment as JSON holds it."""
    return moment.isoformat() if moment else None


def set_sla(actor: Actor, ticket_id: int, ref: str) -> None:
    """Put a ticket under another plan; "" is none.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: there is no such plan.
    """
    names = {each: plan_label(each) for each in (access_ticket(actor, ticket_id).sla_ref, ref)}
    if ref and not names[ref]:
        raise TicketProblem(_("There is no such SLA plan."))
    change(actor, ticket_id, "ticket.edit", lambda session, ticket: apply_sla(session, ticket, actor, ref, names))


def apply_sla(session: Session, ticket: Ticket, actor: Actor, ref: str, names: Mapping[str, str]) -> None:
    """Set the plan on a locked ticket; its clocks follow the event. `names` are those of plans by reference, for the log."""
    before = ticket.sla_ref
    if before != ref:
        ticket.sla_ref = ref
        told = {"before_name": names.get(before) or before, "after_name": names.get(ref, "")}
        events.changed(session, ticket, actor, "sla", before, ref, **told)


def plan_label(ref: str) -> str:
    """The name of a plan; "" if nobody knows it."""
    return (site().hooks.first(SlaHooks.sla_label, ref=ref) or "") if ref else ""


def put_due(session: Session, moments: Mapping[int, datetime]) -> None:
    """Store what is due next on each of these tickets, as whoever keeps their clocks says. No log line: the clocks are its story."""
    if moments:
        table = table_of(Ticket)
        rows = [{"row_id": ticket_id, "moment": moment} for ticket_id, moment in moments.items()]
        session.connection().execute(
            update(table).where(table.c.id == bindparam("row_id")).values(due_at=bindparam("moment")), rows
        )
