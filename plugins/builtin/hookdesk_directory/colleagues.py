"""The agents that an agent may know of: where they work, how they are reached, who is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import (
    KNOWN_AGENT,
    Actor,
    Agent,
    Department,
    Team,
    TeamMember,
    UserEmail,
    current_actor,
    knowing,
    reading,
)
from hookdesk_directory.paging import Slice, by_name


def colleagues(text: str, team_id: int | None, department_id: int | None) -> Slice:
    """Active agents by name: those alone whose name, address or phone has the text, of one team, of one department."""
    actor = current_actor()
    query = (
        select(
            Agent.id, Agent.name, Agent.phone, Agent.on_vacation, Agent.department_id, UserEmail.address,
            Department.name.label("department"), Department.is_active.label("is_current"),
        )
        .join(Department, Department.id == Agent.department_id)
        .outerjoin(UserEmail, (UserEmail.user_id == Agent.user_id) & UserEmail.is_primary)
        .where(Agent.is_active, KNOWN_AGENT)
        .params(knowing(actor))
    )  # fmt: skip
    if text:
        query = query.where(
            Agent.name.icontains(text, autoescape=True)
            | UserEmail.address.icontains(text, autoescape=True)
            | Agent.phone.icontains(text, autoescape=True)
        )
    if team_id is not None:
        query = query.where(Agent.id.in_(select(TeamMember.agent_id).where(TeamMember.team_id == team_id)))
    if department_id is not None:
        query = query.where(Agent.department_id == department_id)
    return by_name(query, Agent)


def teams_of(rows: Sequence[Row[Any]]) -> Mapping[int, list[str]]:
    """The names of the active teams that these agents are in."""
    asked = (
        select(TeamMember.agent_id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.agent_id.in_([row.id for row in rows]), Team.is_active)
        .order_by(Team.name)
    )
    found: dict[int, list[str]] = {}
    for row in reading().all(asked) if rows else ():
        found.setdefault(row.agent_id, []).append(row.name)
    return found


def sees_department(actor: Actor, department_id: int) -> bool:
    """Whether the name of a department is told to this agent."""
    return actor.is_admin or actor.may("department.see_all") or department_id in actor.departments
