"""Who somebody is: an `Actor` read from the database in a few queries, so that the guard later needs none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    and_,
    bindparam,
    literal,
    null,
    select,
    true,
    union_all,
)

from hookdesk.db.context import reading
from hookdesk.models import Agent, AgentDepartment, Department, Role, TeamMember, User, UserEmail
from hookdesk.types.actors import Actor, ActorKind

AGENT_ALWAYS = frozenset({"ticket.note"})


def agent_actor(agent_id: int, session_id: int | None = None) -> Actor | None:
    """The actor of an active agent, with departments, permissions and teams; None if there is none."""
    return _agent(Agent.id == agent_id, session_id)


def agent_actor_of_user(user_id: int, session_id: int | None = None) -> Actor | None:
    """Like `agent_actor`, by the user that the agent is."""
    return _agent(Agent.user_id == user_id, session_id)


# Statements that every request runs are built once: putting them together costs more than running them.
_AGENT = (
    select(
        Agent.id, Agent.user_id, Agent.name, Agent.is_admin, Agent.assigned_only, Agent.locale, Agent.timezone, UserEmail.address
    )
    .outerjoin(UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary))
    .where(Agent.is_active)
)  # fmt: skip


def _agent(which: ColumnElement[bool], session_id: int | None) -> Actor | None:
    """Read one active agent."""
    row = reading().first(_AGENT.where(which))
    if row is None:
        return None
    departments, teams = _places(row.id)
    return Actor(
        kind=ActorKind.AGENT,
        name=row.name,
        user_id=row.user_id,
        agent_id=row.id,
        is_admin=row.is_admin,
        assigned_only=row.assigned_only,
        session_id=session_id,
        departments=departments,
        teams=teams,
        locale=row.locale,
        timezone=row.timezone,
        email=row.address or "",
    )


def _places_columns() -> CompoundSelect[Any]:
    """The query behind `_places`."""
    agent_id: BindParameter[int] = bindparam("agent_id")
    primary = select(Agent.department_id, Agent.role_id).where(Agent.id == agent_id)
    further = select(AgentDepartment.department_id, AgentDepartment.role_id).where(AgentDepartment.agent_id == agent_id)
    held = union_all(primary, further).subquery()
    departments = (
        select(literal("department").label("place"), held.c.department_id, Role.permissions, Role.is_active)
        .join(Role, Role.id == held.c.role_id)
        .join(Department, Department.id == held.c.department_id)
    )
    teams = select(literal("team"), TeamMember.team_id, null(), true()).where(TeamMember.agent_id == agent_id)
    return union_all(departments, teams)


_PLACES = _places_columns()


def _places(agent_id: int) -> tuple[dict[int, frozenset[str]], frozenset[int]]:
    """Where an agent works, in one query: department id → permissions held there (the primary one and the extended ones), and team ids."""
    found: dict[int, frozenset[str]] = {}
    member: set[int] = set()
    for place, place_id, permissions, is_active in reading().all(_PLACES, {"agent_id": agent_id}):
        if place == "team":
            member.add(place_id)
            continue
        found[place_id] = found.get(place_id, AGENT_ALWAYS) | (frozenset(permissions) if is_active else frozenset())
    return found, frozenset(member)


def requester_actor(user_id: int, session_id: int | None = None) -> Actor | None:
    """The actor of a requester with a session; None if the user is gone or banned."""
    row = reading().first(
        select(User.id, User.name, User.organization_id, User.locale, User.timezone, User.is_banned).where(
            User.id == user_id
        )
    )
    if row is None or row.is_banned:
        return None
    return Actor(
        kind=ActorKind.REQUESTER,
        name=row.name,
        user_id=row.id,
        organization_id=row.organization_id,
        session_id=session_id,
        locale=row.locale,
        timezone=row.timezone,
    )


def guest_actor(user_id: int, ticket_id: int) -> Actor | None:
    """The actor behind a mailed link: may see that one ticket; None if the user is gone or banned."""
    row = reading().first(select(User.id, User.name, User.locale, User.is_banned).where(User.id == user_id))
    if row is None or row.is_banned:
        return None
    return Actor(kind=ActorKind.GUEST, name=row.name, user_id=row.id, ticket_id=ticket_id, locale=row.locale)
