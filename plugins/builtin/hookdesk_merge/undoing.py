"""Taking a merge back: everything as it was, but for what came later, which stays where it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Collaborator,
    NotFound,
    Referral,
    Status,
    ThreadEntry,
    Ticket,
    access_ticket,
    clock,
    entries,
    events,
    reading,
    tickets,
    transact,
)
from hookdesk_merge.merging import PERMISSION
from hookdesk_merge.models import Merge

FOR = timedelta(days=30)


def undo(actor: Actor, merge_id: int) -> tuple[str, str]:
    """Take a merge apart: the numbers of the ticket that stands alone again and of the one that it was in.

    Raises:
        NotFound, Forbidden: as the guard says, or there is no such merge. TicketProblem: its time is over, it was taken apart already, or
            the ticket that it went into was merged itself.
    """
    row = reading().first(select(*Merge.__table__.columns).where(Merge.id == merge_id))
    if row is None:
        raise NotFound("no such merge")
    parent, child = access_ticket(actor, row.parent_id, PERMISSION), access_ticket(actor, row.child_id, PERMISSION)
    if row.undone_at is not None:
        raise tickets.TicketProblem(_("This merge was undone already."))
    if row.made_at < clock.now() - FOR:
        raise tickets.TicketProblem(_("A merge can be undone for 30 days. Split what does not belong here instead."))
    if parent.merged_into_id is not None:
        raise tickets.TicketProblem(_("Ticket %(number)s was merged itself. Undo that first.", number=parent.number))
    transact(lambda session: _part(session, actor, merge_id))
    return child.number, parent.number


def _part(session: Session, actor: Actor, merge_id: int) -> None:
    """Do it, with both tickets locked."""
    row = session.get(Merge, merge_id, with_for_update=True)
    assert row is not None  # rows of merges go with their tickets alone
    first, second = (tickets.locked(session, one) for one in sorted((row.parent_id, row.child_id)))
    parent, child = (first, second) if first.id == row.parent_id else (second, first)
    if row.undone_at is not None or child.merged_into_id != parent.id:
        raise tickets.TicketProblem(_("This merge was undone already."))
    kept = row.kept
    here = select(ThreadEntry.id).where(ThreadEntry.id.in_(kept["entries"]), ThreadEntry.ticket_id == parent.id)
    entries.move(session, parent, child, list(session.scalars(here)))
    child.merged_into_id = None
    below = update(Ticket).where(Ticket.id.in_(kept["below"]), Ticket.merged_into_id == parent.id)
    session.execute(below.values(merged_into_id=child.id))
    _people(session, parent, row)
    before = session.get(Status, kept["status"])
    if before is not None:
        tickets.apply_status(session, child, actor, before.id)
    for ticket in (parent, child):
        ticket.related = max(0, ticket.related - 1)
    events.changed(session, child, actor, "unmerged", parent.id, None, before_name=parent.number, after_name="")
    events.changed(session, parent, actor, "unmerged", None, child.id, before_name="", after_name=child.number)
    row.undone_at = clock.now()


def _people(session: Session, parent: Ticket, row: Merge) -> None:
    """Those whom the merge let follow do so no longer, unless they have written there since; the department is shown it no longer."""
    kept = _handed_on(session, row)
    wrote = select(ThreadEntry.user_id).where(ThreadEntry.ticket_id == parent.id, ThreadEntry.kind == "message")
    stay = {parent.user_id, *session.scalars(wrote)}
    gone = [one for one in kept["followers"] if one not in stay]
    followed = delete(Collaborator).where(Collaborator.ticket_id == parent.id, Collaborator.user_id.in_(gone))
    shown = delete(Referral).where(Referral.ticket_id == parent.id, Referral.department_id == kept["referral"])
    session.execute(followed)
    session.execute(shown)


def _handed_on(session: Session, row: Merge) -> dict[str, Any]:
    """What goes with this merge, without what another one into the same ticket needs as well: with that one it will go."""
    kept = dict(row.kept)
    others = select(Merge).where(Merge.parent_id == row.parent_id, Merge.undone_at.is_(None), Merge.id != row.id)
    for other in session.scalars(others):
        theirs = [one for one in kept["followers"] if one in other.kept.get("people", ())]
        kept["followers"] = [one for one in kept["followers"] if one not in theirs]
        heirs = {"followers": [*other.kept["followers"], *theirs]}
        if kept["referral"] is not None and kept["referral"] == other.kept.get("department"):
            heirs["referral"], kept["referral"] = kept["referral"], None
        other.kept = {**other.kept, **heirs}
    return kept
