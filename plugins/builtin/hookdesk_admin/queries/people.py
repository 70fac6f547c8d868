"""Agents and users: lists, one row for a form, choices for selects."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, exists, func, or_, select

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    SignInSession,
    TeamMember,
    Ticket,
    User,
    UserEmail,
    reading,
)
from hookdesk_admin.paging import Slice, by_name, newest_first

MOST_CHOICES = 500
COUNTED = 1001


def primary_address(user_id: Any) -> Any:
    """The primary address of a user, as a column."""
    return (
        select(UserEmail.address)
        .where(UserEmail.user_id == user_id)
        .order_by(UserEmail.is_primary.desc(), UserEmail.id)
        .limit(1)
        .scalar_subquery()
    )


def agents(text: str, show: str) -> Slice:
    """Agents by name; `show` is "active", "inactive" or "all"."""
    seen = (
        select(func.max(SignInSession.seen_at))
        .where(SignInSession.user_id == Agent.user_id, SignInSession.face == "agent")
        .scalar_subquery()
    )
    query = (
        select(
            Agent.id, Agent.name, Agent.login, Agent.is_admin, Agent.is_active, Agent.on_vacation, Agent.assigned_only,
            Department.name.label("department"), Role.name.label("role"),
            primary_address(Agent.user_id).label("address"), seen.label("seen_at"),
        )
        .join(Department, Department.id == Agent.department_id)
        .join(Role, Role.id == Agent.role_id)
    )  # fmt: skip
    if show != "all":
        query = query.where(Agent.is_active.is_(show == "active"))
    if text:
        mail = exists().where(UserEmail.user_id == Agent.user_id, UserEmail.address.icontains(text, autoescape=True))
        names = [column.icontains(text, autoescape=True) for column in (Agent.name, Agent.login)]
        query = query.where(or_(*names, mail))
    return by_name(query, Agent.name, Agent.id)


def agent(agent_id: int) -> Row[Any] | None:
    """One agent with all that the form holds besides departments and teams, and how many open tickets are assigned."""
    open_tickets = _counted(select(Ticket.id).where(Ticket.assignee_id == agent_id, Ticket.state == "open"))
    columns = [column for column in Agent.__table__.columns if column.name != "created_at"]
    return reading().first(
        select(*columns, primary_address(Agent.user_id).label("address"), open_tickets.label("open_tickets")).where(
            Agent.id == agent_id
        )
    )


def open_tickets(agent_id: int, most: int = COUNTED) -> int:
    """How many open tickets are assigned to an agent, counted no further than `most`."""
    theirs = select(Ticket.id).where(Ticket.assignee_id == agent_id, Ticket.state == "open").limit(most)
    return int(reading().scalar(select(func.count()).select_from(theirs.subquery())) or 0)


def extended(agent_id: int) -> tuple[dict[int, int], set[int]]:
    """Further departments of an agent → the role held there, and those whose tickets they are not told of."""
    columns = (AgentDepartment.department_id, AgentDepartment.role_id, AgentDepartment.gets_alerts)
    rows = reading().all(select(*columns).where(AgentDepartment.agent_id == agent_id).limit(MOST_CHOICES))
    return {row.department_id: row.role_id for row in rows}, {row.department_id for row in rows if not row.gets_alerts}


def teams_of(agent_id: int) -> list[int]:
    """Ids of an agent's teams."""
    return list(
        reading().scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent_id).limit(MOST_CHOICES))
    )


def members(team_id: int) -> tuple[list[int], list[int]]:
    """Ids of a team's members, and of those who are told of its tickets."""
    query = select(TeamMember.agent_id, TeamMember.gets_alerts).where(TeamMember.team_id == team_id)
    rows = reading().all(query.limit(MOST_CHOICES))
    return [row.agent_id for row in rows], [row.agent_id for row in rows if row.gets_alerts]


def choices(model: Any, besides: Any = None) -> list[tuple[int, str]]:
    """Ids and names of the active rows of a model (and of those that `besides` lets through), by name, at most 500."""
    active = model.is_active if hasattr(model, "is_active") else None
    query = select(model.id, model.name).order_by(model.name).limit(MOST_CHOICES)
    if active is not None:
        query = query.where(or_(active, besides) if besides is not None else active)
    return [(row.id, row.name) for row in reading().all(query)]


def users(text: str, show: str, organization_id: int | None = None) -> Slice:
    """Users, newest first; `show` is "all" or "banned"; of one organization if it is given."""
    query = select(
        User.id, User.name, User.is_banned, User.created_at, User.organization_id,
        Organization.name.label("organization"), primary_address(User.id).label("address"),
        Agent.id.label("agent_id"),
    ).outerjoin(Organization, Organization.id == User.organization_id).outerjoin(Agent, Agent.user_id == User.id)  # fmt: skip
    if show == "banned":
        query = query.where(User.is_banned)
    if organization_id is not None:
        query = query.where(User.organization_id == organization_id)
    if text:
        mail = select(UserEmail.user_id).where(UserEmail.address.icontains(text, autoescape=True))
        query = query.where(or_(User.name.icontains(text, autoescape=True), User.id.in_(mail)))
    return newest_first(query, User.id)


def user(user_id: int) -> Row[Any] | None:
    """One user with what the form holds, their organization's name, agent and how many tickets."""
    tickets = _counted(select(Ticket.id).where(Ticket.user_id == user_id))
    return reading().first(
        select(
            *User.__table__.columns, Organization.name.label("organization"), Agent.id.label("agent_id"), tickets.label("tickets"),
        )
        .outerjoin(Organization, Organization.id == User.organization_id)
        .outerjoin(Agent, Agent.user_id == User.id)
        .where(User.id == user_id)
    )  # fmt: skip


def addresses(user_id: int) -> list[str]:
    """A user's addresses, the primary one first, at most 50."""
    query = select(UserEmail.address).where(UserEmail.user_id == user_id)
    return list(reading().scalars(query.order_by(UserEmail.is_primary.desc(), UserEmail.id).limit(50)))


def organization_id(name: str) -> int | None:
    """The organization of exactly that name."""
    found: int | None = reading().scalar(select(Organization.id).where(Organization.name == name))
    return found


def organization_names() -> list[str]:
    """Names to choose from while typing, at most 500."""
    return list(reading().scalars(select(Organization.name).order_by(Organization.name).limit(MOST_CHOICES)))


def _counted(query: Select[*tuple[Any, ...]]) -> Any:
    """A bounded count as a column."""
    return select(func.count()).select_from(query.limit(COUNTED).subquery()).scalar_subquery()


def organization_name(organization_id: int) -> str:
    """What an organization is called; "" if it is gone."""
    return reading().scalar(select(Organization.name).where(Organization.id == organization_id)) or ""


def colleagues(organization_id: int) -> list[Row[Any]]:
    """Members of an organization, its primary contacts first, at most 25."""
    query = select(User.id, User.name, User.is_primary_contact, primary_address(User.id).label("address"))
    of_it = query.where(User.organization_id == organization_id)
    return reading().all(of_it.order_by(User.is_primary_contact.desc(), User.name, User.id).limit(25))
