"""Who is told about an event. Agents pass the guard like everywhere; nobody is told of their own words.

Whoever was left out stays out: collaborators without mail, departments, teams and their members that get no alerts.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Collaborator,
    Department,
    Event,
    NotFound,
    NotificationHooks,
    Recipient,
    Team,
    TeamMember,
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
    """The owner and the collaborators of a ticket who get mail, but for the user who wrote."""
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


def in_charge(ticket: TicketView, department: bool, besides: int | None) -> list[Recipient]:
    """The assignee, else the team, else, if `department` says so, the department's agents; but for the agent who acted."""
    if ticket.assignee_id is not None:
        return assignee(ticket, besides)
    if ticket.team_id is not None:
        return team(ticket, besides)
    return _agents(ticket, _of_department(ticket.department_id), "department", besides) if department else []


def assignee(ticket: TicketView, besides: int | None) -> list[Recipient]:
    """Who has the ticket."""
    return _agents(ticket, Agent.id == ticket.assignee_id, "assignee", besides)


def team(ticket: TicketView, besides: int | None) -> list[Recipient]:
    """The members of the ticket's team; nobody if the team gets no alerts."""
    told = (
        select(TeamMember.agent_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(Team.id == ticket.team_id, Team.is_active, Team.gets_alerts, TeamMember.gets_alerts)
    )
    return _agents(ticket, Agent.id.in_(told), "team", besides)


def _of_department(department_id: int) -> ColumnElement[bool]:
    """The agents whom a department tells, as it says itself: nobody, its members, or those with further access too."""
    wanted = reading().scalar(select(Department.alerts).where(Department.id == department_id))
    if wanted == "nobody":
        return false()
    at_home = Agent.department_id == department_id
    further = select(AgentDepartment.agent_id).where(
        AgentDepartment.department_id == department_id, AgentDepartment.gets_alerts
    )
    return at_home if wanted == "members" else or_(at_home, Agent.id.in_(further))


def _agents(ticket: TicketView, which: ColumnElement[bool], reason: str, besides: int | None) -> list[Recipient]:
    """Those agents, if they are there and may see the ticket."""
    rows = reading().all(
        select(Agent.id, Agent.name, Agent.locale, Agent.user_id, UserEmail.address)
        .join(UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary))
        .where(which, Agent.is_active, Agent.on_vacation.is_(False))
        .order_by(Agent.id)
        .limit(MOST)
    )
    return [
        Recipient(row.address, row.name, reason, agent_id=row.id, user_id=row.user_id, locale=row.locale)
        for row in rows
        if row.id != besides and row.user_id != ticket.user_id and may_see(row.id, ticket.id)
    ]


def further(event: Event, ticket: TicketView, agents: bool) -> list[Recipient]:
    """Whom plugins name besides: agents who may see the ticket, or other people. `Recipient.agent_id` tells the two apart."""
    named = site().hooks.collect(NotificationHooks.notify_recipients, event=event)[:MOST]
    if not agents:
        return [person for person in named if person.agent_id is None]
    return [person for person in named if person.agent_id is not None and may_see(person.agent_id, ticket.id)]


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
