"""Single changes of a ticket, each with what undoes it: how it was before, which counts while nobody has changed it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Referral,
    ReplyDraft,
    Ticket,
    TicketView,
    bin,
    participants,
    reading,
    threads,
    tickets,
)

Kept = Mapping[str, Any]
Values = Mapping[str, Any]


def _kept(view: TicketView, *names: str) -> Kept | None:
    """What undoes a change of these properties: how they were, and how they are; None if they are as they were."""
    now = reading().first(select(*(getattr(Ticket, name) for name in names)).where(Ticket.id == view.id))
    before, after = [getattr(view, name) for name in names], list(now or ())
    return None if before == after else {"before": before, "after": after}


def _before(view: TicketView, kept: Kept, *names: str) -> list[Any]:
    """How these properties were before a change.

    Raises:
        TicketProblem: somebody has changed them again.
    """
    if [getattr(view, name) for name in names] != kept["after"]:
        raise tickets.TicketProblem(_("It has been changed again since."))
    return list(kept["before"])


def claim(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Give it to the actor; its team stays."""
    tickets.assign(actor, view.id, actor.agent_id, view.team_id)
    return _kept(view, "assignee_id", "team_id")


def assign(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Give it to an agent, or take it from theirs; its team stays."""
    tickets.assign(actor, view.id, values["to"] or None, view.team_id)
    return _kept(view, "assignee_id", "team_id")


def team(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Give it to a team, or to none; its assignee stays."""
    tickets.assign(actor, view.id, view.assignee_id, values["to"] or None)
    return _kept(view, "assignee_id", "team_id")


def unassign(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Give it back to whoever had it."""
    agent_id, team_id = _before(view, kept, "assignee_id", "team_id")
    tickets.assign(actor, view.id, agent_id, team_id)


def status(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Set the status."""
    tickets.set_status(actor, view.id, values["to"])
    return _kept(view, "status_id")


def status_back(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Set the status that it had."""
    tickets.set_status(actor, view.id, _before(view, kept, "status_id")[0])


def priority(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Set the priority."""
    tickets.set_priority(actor, view.id, values["to"])
    return _kept(view, "priority_id")


def priority_back(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Set the priority that it had."""
    tickets.set_priority(actor, view.id, _before(view, kept, "priority_id")[0])


def transfer(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Move it to a department."""
    tickets.transfer(actor, view.id, values["to"])
    return _kept(view, "department_id", "assignee_id", "team_id")


def transfer_back(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Move it back, to whoever had it there."""
    department_id, agent_id, team_id = _before(view, kept, "department_id", "assignee_id", "team_id")
    tickets.transfer(actor, view.id, department_id)
    if agent_id != view.assignee_id:
        tickets.assign(actor, view.id, agent_id, team_id)


def refer(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Show it to somebody: "agent:3", "team:1", "department:2"."""
    kind, _colon, row_id = values["to"].partition(":")
    shown = select(Referral.id).where(Referral.ticket_id == view.id, getattr(Referral, f"{kind}_id") == int(row_id))
    was_shown = reading().scalar(shown) is not None
    participants.refer(actor, view.id, kind, int(row_id))
    return None if was_shown else {"to": values["to"]}


def withdraw(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Show it to them no longer."""
    kind, _colon, row_id = kept["to"].partition(":")
    participants.withdraw(actor, view.id, kind, int(row_id))


def answered(actor: Actor, view: TicketView, values: Values) -> Kept | None:
    """Mark it as answered, or as not."""
    tickets.mark_answered(actor, view.id, bool(values["to"]))
    return _kept(view, "is_answered")


def answered_back(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Mark it as it was."""
    tickets.mark_answered(actor, view.id, _before(view, kept, "is_answered")[0])


def note(actor: Actor, view: TicketView, values: Values) -> None:
    """Add a note; it stays."""
    threads.post(actor, ReplyDraft(ticket_id=view.id, kind="note", text=values["text"]))


def delete(actor: Actor, view: TicketView, values: Values) -> Kept:
    """Put it into the bin."""
    bin.discard(actor, view.id)
    return {"deleted": True}


def restore(actor: Actor, view: TicketView, kept: Kept) -> None:
    """Bring it back."""
    bin.restore(actor, view.id)
