"""Departments, roles, teams, organizations: lists with how often each is used, one row for a form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import aliased

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    Team,
    TeamMember,
    User,
    reading,
)
from hookdesk_admin.paging import Slice, by_name

MOST_MEMBERS = 200


def _count(column: Any, *conditions: Any) -> Any:
    """How many rows, as a column."""
    return (
        select(func.count(column)).where(*conditions).correlate(Department, Role, Team, Organization).scalar_subquery()
    )


def departments() -> Slice:
    """Departments by name: parent, and how many agents work or have access there."""
    parent = aliased(Department)
    primary = _count(Agent.id, Agent.department_id == Department.id, Agent.is_active)
    further = _count(AgentDepartment.id, AgentDepartment.department_id == Department.id)
    query = select(
        Department.id, Department.name, Department.is_public, Department.is_active, Department.is_archived, Department.is_default,
        parent.name.label("parent"), primary.label("agents"), further.label("extended"),
        Agent.name.label("manager"),
    ).outerjoin(parent, parent.id == Department.parent_id).outerjoin(Agent, Agent.id == Department.manager_id)  # fmt: skip
    return by_name(query, Department.name, Department.id)


def members(department_id: int) -> list[Row[Any]]:
    """Active agents with access of their own to a department, by name: the role held there; `is_primary` if they work there."""
    is_primary = Agent.department_id == department_id
    further = and_(AgentDepartment.agent_id == Agent.id, AgentDepartment.department_id == department_id)
    query = (
        select(Agent.id, Agent.name, Agent.on_vacation, Role.name.label("role"), is_primary.label("is_primary"))
        .outerjoin(AgentDepartment, further)
        .join(
            Role, or_(and_(is_primary, Role.id == Agent.role_id), and_(~is_primary, Role.id == AgentDepartment.role_id))
        )
        .where(Agent.is_active)
    )
    return reading().all(query.order_by(is_primary.desc(), Agent.name, Agent.id).limit(MOST_MEMBERS))


def roles() -> Slice:
    """Roles by name: their permissions and how many agents hold each."""
    primary = _count(Agent.id, Agent.role_id == Role.id, Agent.is_active)
    further = _count(AgentDepartment.id, AgentDepartment.role_id == Role.id)
    query = select(
        Role.id, Role.name, Role.permissions, Role.is_active, primary.label("agents"), further.label("extended")
    )
    return by_name(query, Role.name, Role.id)


def teams() -> Slice:
    """Teams by name: lead and number of members."""
    members = _count(TeamMember.id, TeamMember.team_id == Team.id)
    query = select(Team.id, Team.name, Team.is_active, Agent.name.label("lead"), members.label("members"))
    return by_name(query.outerjoin(Agent, Agent.id == Team.lead_id), Team.name, Team.id)


def organizations(text: str) -> Slice:
    """Organizations by name, with the number of their users."""
    users = _count(User.id, User.organization_id == Organization.id)
    query = select(Organization.id, Organization.name, Organization.created_at, users.label("users"))
    if text:
        query = query.where(Organization.name.icontains(text, autoescape=True))
    return by_name(query, Organization.name, Organization.id)


def one(model: Any, row_id: int) -> Row[Any] | None:
    """All columns of one row."""
    return reading().first(select(*model.__table__.columns).where(model.id == row_id))
