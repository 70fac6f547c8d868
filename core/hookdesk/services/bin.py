"""The bin: where a deleted ticket lies, out of everybody's sight, until it is brought back or its time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hookdesk import clock, listing
from hookdesk.access import BINNED, NotFound, access_ticket
from hookdesk.db.context import reading, release
from hookdesk.listing import Cursor, Page
from hookdesk.models import Priority, Status, Ticket
from hookdesk.services import events, tickets
from hookdesk.services.transaction import transact
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.actors import Actor, system

BATCH = 100


def discard(actor: Actor, ticket_id: int) -> None:
    """Put a ticket into the bin.

    Raises:
        NotFound, Forbidden: as the guard says.
    """

    def work(session: Session, ticket: Ticket) -> None:
        ticket.state, ticket.deleted_at = BINNED, clock.now()
        events.changed(session, ticket, actor, "deleted", False, True)

    tickets.change(actor, ticket_id, "ticket.delete", work)


def restore(actor: Actor, ticket_id: int) -> None:
    """Bring a ticket back from the bin, as it was.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: it was deleted for good meanwhile.
    """
    access_ticket(actor, ticket_id, "ticket.delete", binned=True)

    def work(session: Session) -> None:
        ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update())
        if ticket is None:
            raise tickets.TicketProblem(_("The ticket has been deleted for good meanwhile."))
        if ticket.state == BINNED:
            ticket.state, ticket.deleted_at = session.get_one(Status, ticket.status_id).state, None
            events.changed(session, ticket, actor, "deleted", True, False)

    transact(work)


def follow(kind: str, from_id: int, to_id: int) -> None:
    """Give what lies in the bin another "status" or "priority", as all other tickets have it by now: else the old one could never go."""
    column = {"status": Ticket.status_id, "priority": Ticket.priority_id}[kind]

    def work(session: Session) -> None:
        values: dict[Any, int] = {column: to_id}
        if kind == "priority":
            values[Ticket.priority_rank] = session.get_one(Priority, to_id).rank
        session.execute(update(Ticket).where(Ticket.state == BINNED, column == from_id).values(values))

    transact(work)


def page(
    actor: Actor, *conditions: ColumnElement[bool], after: Cursor | None = None, before: Cursor | None = None
) -> Page:
    """One page of the bin: what the actor would see, had it not been deleted; the latest activity first."""
    return listing.page(actor, BINNED, listing.SORTS["activity"], *conditions, after=after, before=before)


def sweep() -> int:
    """The job "bin": delete for good what has lain in the bin for as many days as the settings say; how many."""
    release()
    since = clock.now() - timedelta(days=site().settings.get("core", CoreSettings).bin_days)
    old = select(Ticket.id).where(Ticket.state == BINNED, Ticket.deleted_at < since).limit(BATCH)
    gone = 0
    for ticket_id in list(reading().scalars(old)):
        release()
        try:
            tickets.remove(system(), ticket_id)
            gone += 1
        except NotFound:  # somebody else was quicker
            continue
    return gone
