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
    """Take off what came from there, unless somebody has done so already."""
    came = select(TicketTag.tag_id).where(TicketTag.ticket_id == parent_id, TicketTag.merged_from_id == child_id)
    gone = list(session.scalars(came))
    if gone:
        services.take_off(session, tickets.locked(session, parent_id), SYSTEM, gone)
