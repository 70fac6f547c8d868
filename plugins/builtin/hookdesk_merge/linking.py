"""Links between tickets that have to do with each other, and stay apart."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Ticket, access_ticket, clock, events, tickets, transact
from hookdesk_merge.merging import PERMISSION
from hookdesk_merge.models import Link


def link(actor: Actor, ticket_id: int, other_ids: list[int]) -> None:
    """Link a ticket with others that the actor sees.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: there is nothing to link.
    """
    view = access_ticket(actor, ticket_id, PERMISSION)
    others = [access_ticket(actor, one) for one in dict.fromkeys(other_ids) if one != view.id]
    if not others:
        raise tickets.TicketProblem(_("Choose at least one other ticket."))

    def work(session: Session) -> None:
        for other in others:
            first, second = (tickets.locked(session, one) for one in sorted((view.id, other.id)))
            tie(session, actor, first, second, "link")

    transact(work)


def tie(session: Session, actor: Actor, low: Ticket, high: Ticket, kind: str) -> None:
    """Link two locked tickets, the one with the smaller id first, unless they are."""
    if session.scalar(_between(low.id, high.id)) is not None:
        return
    made = {"kind": kind, "made_by": actor.name[:200], "made_at": clock.now()}
    session.add(Link(low_id=low.id, high_id=high.id, **made))
    for one, other in ((low, high), (high, low)):
        one.related += 1
        if kind == "link":
            events.changed(session, one, actor, "linked", None, other.id, before_name="", after_name=other.number)


def unlink(actor: Actor, ticket_id: int, other_id: int) -> None:
    """Take a link away.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    view, other = access_ticket(actor, ticket_id, PERMISSION), access_ticket(actor, other_id)

    def work(session: Session) -> None:
        low, high = (tickets.locked(session, one) for one in sorted((view.id, other.id)))
        found = session.scalar(_between(low.id, high.id))
        if found is None:
            return
        session.execute(delete(Link).where(Link.id == found))
        for one, far in ((low, high), (high, low)):
            one.related = max(0, one.related - 1)
            events.changed(session, one, actor, "linked", far.id, None, before_name=far.number, after_name="")

    transact(work)


def _between(low_id: int, high_id: int) -> Select[int]:
    """The link of two tickets."""
    return select(Link.id).where(Link.low_id == low_id, Link.high_id == high_id)
