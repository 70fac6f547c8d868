"""Tags go along when their ticket is merged into another one; those that came along go when that is undone."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import Event, Ticket, system, tickets, transact
from hookdesk_tags import services
from hookdesk_tags.catalogue import MOST_ON_TICKET
from hookdesk_tags.models import TicketTag

SYSTEM = system("tags")


def follow(event: Event) -> None:
    """Put the tags of a ticket that was merged on the other one too, or take them off there; told twice, nothing happens twice."""
    child_id, what = event.ticket_id, event.data["what"]
    if what == "merged" and event.data["after"] is not None:
        parent_id = int(event.data["after"])
        transact(lambda session: _bring(session, child_id, parent_id))
    elif what == "unmerged" and event.data["before"] is not None:
        parent_id = int(event.data["before"])
        transact(lambda session: _take_back(session, child_id, parent_id))


def _bring(session: Session, child_id: int, parent_id: int) -> None:
    """Put on what the parent does not have, as far as there is room, and remember where it came from."""
    parent = session.get(Ticket, parent_id, with_for_update=True)
    if parent is None:  # it is gone meanwhile
        return
    have = services.on(session, parent_id)
    more = [one for one in services.on(session, child_id) if one not in have][: MOST_ON_TICKET - len(have)]
    services.put_on(session, parent, SYSTEM, more)
    brought = update(TicketTag).where(TicketTag.ticket_id == parent_id, TicketTag.tag_id.in_(more))
    session.execute(brought.values(merged_from_id=child_id))


def _take_back(session: Session, child_id: int, parent_id: int) -> None:
    """Take off what came from there, unless somebody has done so already, or another ticket that is still merged has it, too."""
    here = (TicketTag.ticket_id == parent_id, TicketTag.merged_from_id == child_id)
    others = select(TicketTag.tag_id, TicketTag.ticket_id).join(Ticket, Ticket.id == TicketTag.ticket_id)
    kept = {row.tag_id: row.ticket_id for row in session.execute(others.where(Ticket.merged_into_id == parent_id))}
    came = list(session.scalars(select(TicketTag.tag_id).where(*here)))
    for tag_id in kept.keys() & came:
        session.execute(update(TicketTag).where(*here, TicketTag.tag_id == tag_id).values(merged_from_id=kept[tag_id]))
    gone = [tag_id for tag_id in came if tag_id not in kept]
    if gone:
        services.take_off(session, tickets.locked(session, parent_id), SYSTEM, gone)
