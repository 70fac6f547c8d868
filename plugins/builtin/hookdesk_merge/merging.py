"""Merging: the conversation of one or more tickets goes on in another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Collaborator,
    Referral,
    Status,
    ThreadEntry,
    Ticket,
    TicketView,
    User,
    access_ticket,
    clock,
    entries,
    events,
    participants,
    tickets,
    transact,
)
from hookdesk_merge.models import Merge

PERMISSION = "ticket.merge"
LIKE = ("ticket.edit", "ticket.close")
"""Whoever may change tickets and close them does no more than that when merging some, and may at first."""


def merge(actor: Actor, parent_id: int, child_ids: Sequence[int], *, with_followers: bool = True) -> list[int]:
    """Merge tickets into another one, in one transaction: ids of the merges, for undoing them.

    Entries go to the parent, in the order in which they were written; requesters of the others follow it from now on, and with
    `with_followers` those who followed them. The others are closed. A department that had one of them is shown the parent.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: one of them is merged already, or there is nothing to merge.
    """
    parent = access_ticket(actor, parent_id, PERMISSION)
    children = [access_ticket(actor, one, PERMISSION) for one in dict.fromkeys(child_ids) if one != parent.id]
    if not children:
        raise tickets.TicketProblem(_("Choose at least one other ticket."))
    for view in (parent, *children):
        _check(view)

    def work(session: Session) -> list[int]:
        locked = {one: tickets.locked(session, one) for one in sorted([parent.id, *(view.id for view in children)])}
        return [_absorb(session, locked[parent.id], locked[view.id], actor, with_followers) for view in children]

    return transact(work)


def _check(view: TicketView) -> None:
    """A ticket takes part in one merge at a time."""
    if view.merged_into_id is not None:
        raise tickets.TicketProblem(_("Ticket %(number)s was merged already.", number=view.number))


def _absorb(session: Session, parent: Ticket, child: Ticket, actor: Actor, with_followers: bool) -> int:
    """Take a ticket in; the id of the merge."""
    if child.merged_into_id is not None or parent.merged_into_id is not None:  # somebody else was quicker
        raise tickets.TicketProblem(_("Ticket %(number)s was merged already.", number=child.number))
    ids = list(session.scalars(select(ThreadEntry.id).where(ThreadEntry.ticket_id == child.id)))
    entries.move(session, child, parent, ids)
    people = _people(session, child, with_followers)
    kept = {
        "entries": ids,
        "status": child.status_id,
        "people": people,
        "followers": _bring(session, parent, people, actor),
        "department": child.department_id,
        "referral": _show(session, parent, child),
        "below": list(session.scalars(select(Ticket.id).where(Ticket.merged_into_id == child.id))),
    }
    if child.state == "open":
        tickets.apply_status(session, child, actor, _closing(session))
    session.execute(update(Ticket).where(Ticket.merged_into_id == child.id).values(merged_into_id=parent.id))
    child.merged_into_id = parent.id
    for ticket in (parent, child):
        ticket.related += 1
    events.changed(session, child, actor, "merged", None, parent.id, before_name="", after_name=parent.number)
    events.changed(session, parent, actor, "merged", child.id, None, before_name=child.number, after_name="")
    row = Merge(parent_id=parent.id, child_id=child.id, kept=kept, made_by=actor.name[:200], made_at=clock.now())
    session.add(row)
    session.flush()
    return row.id


def _people(session: Session, child: Ticket, with_followers: bool) -> list[int]:
    """Who goes along: the child's requester, and those who follow it."""
    theirs = select(Collaborator.user_id).where(Collaborator.ticket_id == child.id, Collaborator.is_active)
    return list(dict.fromkeys([child.user_id, *(session.scalars(theirs) if with_followers else ())]))


def _bring(session: Session, parent: Ticket, people: Sequence[int], actor: Actor) -> list[int]:
    """Let them follow the parent; ids of those who did not before."""
    followed = select(Collaborator.user_id).where(Collaborator.ticket_id == parent.id)
    known = {parent.user_id, *session.scalars(followed)}
    new = [one for one in people if one not in known]
    for user in session.scalars(select(User).where(User.id.in_(new))):
        participants.follow(session, parent, actor, user)
    return new


def _show(session: Session, parent: Ticket, child: Ticket) -> int | None:
    """Show the parent to the child's department; its id, None if it sees it anyway."""
    if child.department_id == parent.department_id:
        return None
    there = select(Referral.id).where(Referral.ticket_id == parent.id, Referral.department_id == child.department_id)
    if session.scalar(there) is not None:
        return None
    session.add(Referral(ticket_id=parent.id, department_id=child.department_id, created_at=clock.now()))
    return child.department_id


def _closing(session: Session) -> int:
    """The status of a ticket that goes on elsewhere: the last of those that close."""
    found: Any = session.scalar(
        select(Status.id).where(Status.state == "closed", Status.is_active).order_by(Status.position.desc()).limit(1)
    )
    if found is None:
        raise tickets.TicketProblem(_("There is no status that closes a ticket."))
    return int(found)
