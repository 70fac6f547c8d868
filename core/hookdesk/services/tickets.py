"""Tickets: stored from a draft, and changed one property at a time. Each change leaves a log line and an event."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, Select, delete, or_, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import BINNED, Forbidden, NotFound, access_ticket, demand, permitted
from hookdesk.db.context import reading
from hookdesk.hookspecs import FilteringHooks, TicketHooks
from hookdesk.models import LARGEST_ID, Agent, Department, IntakeRecord, Organization, Priority, Status, Team, Ticket
from hookdesk.outbox import emit
from hookdesk.services import assignment, events, numbering
from hookdesk.services.intake_format import forget
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.text import clean_line
from hookdesk.types.actors import Actor
from hookdesk.types.drafts import TicketDraft
from hookdesk.types.tickets import TicketView

_CHOSEN = "hookdesk_chosen"


class TicketProblem(ValueError):
    """What was asked for cannot be done; the message is for whoever asked."""


def insert(session: Session, draft: TicketDraft, user_id: int) -> Ticket:
    """Add the ticket row of a draft; it has no id before the caller adds the first entry (`threads.insert_entry`).

    Where nobody decided, or what was decided on is gone or inactive, the site's defaults count, and nobody is assigned.

    Raises:
        TicketProblem: there is no department, status or priority at all.
    """
    now = clock.now()
    status = _chosen(session, Status, draft.status_id)
    priority = _chosen(session, Priority, draft.priority_id)
    department = _chosen(session, Department, draft.department_id)
    ticket = Ticket(
        number=numbering.give(session, draft.number), subject=clean_line(draft.subject)[:500] or "(no subject)", user_id=user_id,
        organization_id=_id(find(session, Organization, draft.organization_id)), department_id=department.id,
        assignee_id=_id(_present(find(session, Agent, draft.assignee_id))), team_id=_id(find(session, Team, draft.team_id)),
        status_id=status.id, state=status.state, priority_id=priority.id, priority_rank=priority.rank, topic_ref=draft.topic[:120],
        sla_ref=draft.sla[:120], channel=draft.channel[:40], due_at=draft.due_at or clock.NEVER, created_at=now, last_activity_at=now,
        updates=1,
    )  # fmt: skip
    session.add(ticket)
    return ticket


def find(session: Session, model: Any, wanted: int | None) -> Any:
    """The row with that id, unless it is inactive; None for an id that is none, which may be any number that somebody typed."""
    found = session.get(model, wanted) if wanted is not None and 0 < wanted <= LARGEST_ID else None
    return found if getattr(found, "is_active", True) else None


def _present(agent: Agent | None) -> Agent | None:
    """An agent who is there: nothing new is given to whoever is on vacation."""
    return None if agent is None or agent.on_vacation else agent


def _id(row: Any) -> int | None:
    """The id of a row that may be missing."""
    return None if row is None else int(row.id)


def _chosen(session: Session, model: Any, wanted: int | None) -> Any:
    """The row with that id, else the default one, else the first; read once a transaction."""
    kept = session.info.setdefault(_CHOSEN, {})
    found = kept.get((model, wanted))
    if found is None:
        found = kept[model, wanted] = find(session, model, wanted) or session.scalar(_first(model))
    if found is None:
        raise TicketProblem(f"There is no {model.__tablename__} yet; `hookdesk init` makes the first ones.")
    return found


@cache
def _first(model: Any) -> Select[Any]:
    """The default row of a table, else its first."""
    return select(model).order_by(model.is_default.desc(), model.id).limit(1)


def locked(session: Session, ticket_id: int) -> Ticket:
    """The ticket row, held until the transaction ends."""
    ticket = session.scalar(select(Ticket).where(Ticket.id == ticket_id).with_for_update())
    if ticket is None or ticket.state == BINNED:
        raise TicketProblem(_("The ticket has been deleted meanwhile."))
    return ticket


def change(actor: Actor, ticket_id: int, permission: str, work: Callable[[Session, Ticket], None]) -> None:
    """Check the permission, then run `work` on the locked ticket in one transaction."""
    access_ticket(actor, ticket_id, permission)
    transact(lambda session: work(session, locked(session, ticket_id)))


def assign(actor: Actor, ticket_id: int, agent_id: int | None, team_id: int | None = None) -> None:
    """Give a ticket to an agent, a team, both or nobody. Taking it away altogether needs the permission to release.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the agent or team is not there or not active, is on vacation, or may not have
            this department's tickets.
    """

    permission = "ticket.assign" if agent_id or team_id else "ticket.release"
    change(
        actor,
        ticket_id,
        permission,
        lambda session, ticket: apply_assignment(session, ticket, actor, agent_id, team_id),
    )


def apply_assignment(
    session: Session, ticket: Ticket, actor: Actor, agent_id: int | None, team_id: int | None = None
) -> None:
    """Set agent and team on a locked ticket."""
    agent, team = find(session, Agent, agent_id), find(session, Team, team_id)
    if (agent_id and agent is None) or (team_id and team is None):
        raise TicketProblem(_("That agent or team does not work here any more."))
    if agent is not None and agent.id != ticket.assignee_id:
        _check_assignee(session, ticket, actor, agent)
    assignment.set_assignee(session, ticket, actor, agent)
    before, after = ticket.team_id, _id(team)
    if before != after:
        old = session.get(Team, before) if before else None
        ticket.team_id = after
        names = {"before_name": old.name if old else "", "after_name": team.name if team else ""}
        events.changed(session, ticket, actor, "team", before, after, **names)


def _check_assignee(session: Session, ticket: Ticket, actor: Actor, agent: Agent) -> None:
    """Whether somebody new can have the ticket."""
    if agent.on_vacation and agent.id != actor.agent_id:
        raise TicketProblem(_("%(name)s is on vacation.", name=agent.name))
    if not assignment.allows(session, ticket.department_id, agent.id):
        raise TicketProblem(
            _("Only members of the department can be assigned its tickets; %(name)s is none.", name=agent.name)
        )


def transfer(actor: Actor, ticket_id: int, department_id: int) -> None:
    """Move a ticket to another department. Who it is assigned to keeps it, if that department's rule lets them.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: there is no such active department.
    """

    def work(session: Session, ticket: Ticket) -> None:
        target = find(session, Department, department_id)
        if target is None:
            raise TicketProblem(_("That department does not take tickets."))
        if ticket.department_id == department_id:
            return
        old = session.get(Department, ticket.department_id)
        before, ticket.department_id = ticket.department_id, department_id
        names = {"before_name": old.name if old else "", "after_name": target.name}
        events.changed(session, ticket, actor, "department", before, department_id, **names)
        assignment.release_stranger(session, ticket, actor)

    change(actor, ticket_id, "ticket.transfer", work)


def set_priority(actor: Actor, ticket_id: int, priority_id: int) -> None:
    """Change the priority.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: there is no such priority.
    """

    change(actor, ticket_id, "ticket.edit", lambda session, ticket: apply_priority(session, ticket, actor, priority_id))


def apply_priority(session: Session, ticket: Ticket, actor: Actor, priority_id: int) -> None:
    """Set the priority on a locked ticket."""
    new, old = find(session, Priority, priority_id), session.get(Priority, ticket.priority_id)
    if new is None:
        raise TicketProblem(_("There is no such priority."))
    if ticket.priority_id != new.id:
        ticket.priority_id, ticket.priority_rank = new.id, new.rank
        names = {"before_name": old.name if old else "", "after_name": new.name}
        events.changed(session, ticket, actor, "priority", old.id if old else None, new.id, **names)


def set_topic(actor: Actor, ticket_id: int, topic: str) -> None:
    """Say what a ticket is about: one of the topics that the actor may choose, or "" for none. Where it lies and who has it stays.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: that topic is not on offer.
    """
    offered = {choice.ref: choice.label for choice in site().hooks.collect(FilteringHooks.topic_choices, actor=actor)}
    if topic and topic not in offered:
        raise TicketProblem(_("That topic cannot be chosen. Choose one of the list."))
    now = access_ticket(actor, ticket_id).topic_ref
    label = offered.get(now) or (site().hooks.first(FilteringHooks.topic_label, ref=now) if now else "")

    def work(session: Session, ticket: Ticket) -> None:
        if ticket.topic_ref != topic:
            before, ticket.topic_ref = ticket.topic_ref, topic
            names = {"before_name": label or "", "after_name": offered.get(topic, "")}
            events.changed(session, ticket, actor, "topic", before, topic, **names)

    change(actor, ticket_id, "ticket.edit", work)


def mark_answered(actor: Actor, ticket_id: int, is_answered: bool) -> None:
    """Say that a ticket waits for the requester, or that it waits for an agent after all.

    Raises:
        NotFound, Forbidden: as the guard says.
    """

    def work(session: Session, ticket: Ticket) -> None:
        if ticket.is_answered != is_answered:
            before, ticket.is_answered = ticket.is_answered, is_answered
            events.changed(session, ticket, actor, "answered", before, is_answered)

    change(actor, ticket_id, "ticket.mark_answered", work)


def set_status(actor: Actor, ticket_id: int, status_id: int) -> None:
    """Change the status; closing and reopening need the permission to close.

    Raises:
        NotFound, Forbidden: as the guard or a plugin's veto says. TicketProblem: there is no such status.
    """
    allow_status(actor, access_ticket(actor, ticket_id), status_id)
    change(actor, ticket_id, "ticket.view", lambda session, ticket: apply_status(session, ticket, actor, status_id))


def own_closing_status(view: TicketView, actor: Actor) -> Row[Any] | None:
    """The status with which a requester may close their ticket; None if there is none, or it is not theirs."""
    if view.state == "closed" or actor.user_id != view.user_id or not permitted(actor, "ticket.message", view):
        return None
    offered = select(Status.id, Status.key).where(Status.state == "closed", Status.is_active, Status.requesters_may)
    return reading().first(offered.order_by(Status.position).limit(1))


def close_own(actor: Actor, ticket_id: int) -> None:
    """Let a requester say that their ticket is done.

    Raises:
        NotFound, Forbidden: as the guard or a plugin's veto says. TicketProblem: no status is meant for that, or it is not theirs.
    """
    view = access_ticket(actor, ticket_id, "ticket.message")
    wanted = own_closing_status(view, actor)
    if wanted is None:
        raise TicketProblem(_("This ticket cannot be closed here."))
    _ask_plugins(actor, view, wanted.key, "closed")
    transact(lambda session: apply_status(session, locked(session, ticket_id), actor, wanted.id))


def allow_status(actor: Actor, view: TicketView, status_id: int) -> None:
    """Check a change of status before it is made: permission, then the plugins' vetoes.

    Raises:
        Forbidden: as the guard or a veto says. TicketProblem: there is no such status.
    """
    is_offered = or_(Status.is_active, Status.id == view.status_id)
    found = select(Status.key, Status.state).where(Status.id == status_id, is_offered)
    wanted = reading().first(found) if 0 < status_id <= LARGEST_ID else None
    if wanted is None:
        raise TicketProblem(_("There is no such status."))
    demand(actor, "ticket.close" if wanted.state != view.state else "ticket.reply", view)
    _ask_plugins(actor, view, wanted.key, wanted.state)


def _ask_plugins(actor: Actor, view: TicketView, status: str, state: str) -> None:
    """Let plugins object to a change of status."""
    objection = site().hooks.veto(
        TicketHooks.transition_allowed, ticket=view.snapshot(), actor=actor, status=status, state=state
    )
    if objection:
        raise Forbidden("ticket.close", objection)


def apply_status(session: Session, ticket: Ticket, actor: Actor, status_id: int) -> None:
    """Set the status on a locked ticket, with what follows from its state."""
    with session.no_autoflush:  # what has been changed so far is written together with what follows
        found = {
            row.id: row for row in session.scalars(select(Status).where(Status.id.in_((status_id, ticket.status_id))))
        }
    new, old = found.get(status_id), found.get(ticket.status_id)
    if new is None or old is None:
        raise TicketProblem(_("There is no such status."))
    if new.id == old.id:
        return
    if new.state == "open" and old.state == "closed" and assignment.is_archived(session, ticket.department_id):
        raise TicketProblem(_("Its department is archived, so it stays closed. Move it to another department first."))
    ticket.status_id, ticket.state = new.id, new.state
    if new.state != old.state:
        _enter_state(ticket, new.state)
    events.changed(session, ticket, actor, "status", old.key, new.key, before_name=old.name, after_name=new.name)


def _enter_state(ticket: Ticket, state: str) -> None:
    """What closing or reopening means for a ticket's times: a closed one is never due, and a set date that passed does not come back."""
    now = clock.now()
    if state == "closed":
        ticket.closed_at, ticket.due_at = now, clock.NEVER
        if ticket.fixed_due_at is not None and ticket.fixed_due_at <= now:
            ticket.fixed_due_at = None
    else:
        ticket.closed_at, ticket.reopened_at, ticket.due_at = None, now, ticket.fixed_due_at or clock.NEVER


def remove(actor: Actor, ticket_id: int) -> None:
    """Delete a ticket for good, from the bin or not, with all its rows and what came in for it. Agents use `bin.discard`.

    The ledger keeps its lines; bytes in storage are swept later; what was merged into it stands alone again.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    try:
        view = access_ticket(actor, ticket_id, "ticket.delete")
    except NotFound:
        view = access_ticket(actor, ticket_id, "ticket.delete", binned=True)

    def work(session: Session) -> None:
        forget(session, IntakeRecord.ticket_id == view.id, ticket_id=None, entry_id=None)
        session.execute(update(Ticket).where(Ticket.merged_into_id == view.id).values(merged_into_id=None))
        session.execute(delete(Ticket).where(Ticket.id == view.id))
        data = {"ticket_id": view.id, "number": view.number, "agent_id": actor.agent_id}
        emit(session, "ticket_deleted", data)

    transact(work)
