"""Who is told about an event. Agents pass the guard like everywhere; nobody is told of their own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Row, and_, or_, select

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Collaborator,
    Event,
    NotFound,
    NotificationHooks,
    Recipient,
    TicketView,
    User,
    UserEmail,
    access_ticket,
    actors,
    reading,
    site,
)

MOST = 200


def participants(ticket: TicketView, besides: int | None) -> list[Recipient]:
    """The owner and the collaborators of a ticket, but for the user who wrote and for whom no mail is wanted."""
    shared = select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id, Collaborator.is_active)
    rows = reading().all(
        select(User.id, User.name, User.locale, UserEmail.address)
        .join(UserEmail, and_(UserEmail.user_id == User.id, UserEmail.is_primary))
        .where(or_(User.id == ticket.user_id, User.id.in_(shared)), User.is_banned.is_(False))
        .order_by(User.id)
        .limit(MOST)
    )
    reason = {ticket.user_id: "requester"}
    return [
        Recipient(row.address, row.name, reason.get(row.id, "collaborator"), user_id=row.id, locale=row.locale)
        for row in rows
        if row.id != besides
    ]


def agents_in_charge(ticket: TicketView, department: bool, besides: int | None) -> list[Recipient]:
    """The assignee, or, if there is none and `department` says so, the department's agents; but for the agent who acted."""
    chosen = select(Agent.id, Agent.name, Agent.locale, Agent.user_id, UserEmail.address).join(
        UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary)
    )
    if ticket.assignee_id is not None:
        chosen = chosen.where(Agent.id == ticket.assignee_id)
    elif department:
        further = select(AgentDepartment.agent_id).where(AgentDepartment.department_id == ticket.department_id)
        chosen = chosen.where(or_(Agent.department_id == ticket.department_id, Agent.id.in_(further)))
    else:
        return []
    rows = reading().all(chosen.where(Agent.is_active, Agent.on_vacation.is_(False)).order_by(Agent.id).limit(MOST))
    reason = "assignee" if ticket.assignee_id is not None else "department"
    return list(_allowed(ticket, rows, reason, besides))


def further(event: Event, ticket: TicketView, agents: bool) -> list[Recipient]:
    """Whom plugins name besides: agents who may see the ticket, or other people. `Recipient.agent_id` tells the two apart."""
    named = site().hooks.collect(NotificationHooks.notify_recipients, event=event)[:MOST]
    if not agents:
        return [person for person in named if person.agent_id is None]
    return [person for person in named if person.agent_id is not None and may_see(person.agent_id, ticket.id)]


def _allowed(
    ticket: TicketView, rows: Sequence[Row[tuple[int, str, str, int, str]]], reason: str, besides: int | None
) -> Iterator[Recipient]:
    """Those of them who may see the ticket."""
    for row in rows:
        if row.id == besides or row.user_id == ticket.user_id:
            continue
        if may_see(row.id, ticket.id):
            yield Recipient(row.address, row.name, reason, agent_id=row.id, user_id=row.user_id, locale=row.locale)


def may_see(agent_id: int, ticket_id: int) -> bool:
    """What the guard says of an agent and a ticket."""
    actor = actors.agent_actor(agent_id)
    if actor is None:
        return False
    try:
        access_ticket(actor, ticket_id)
    except NotFound:
        return False
    return True
