"""Who can be told of a ticket: the columns of the alerts page, each as a condition on `Agent`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, false, or_, select

from hookdesk.api import Agent, AgentDepartment, Department, Organization, Referral, Team, TeamMember, ThreadEntry
from hookdesk_email_out.occasions import Occasion

LABELS: Mapping[str, str] = {
    "assignee": _l("Whoever has it"),
    "team": _l("Members of its team"),
    "team_lead": _l("Lead of its team"),
    "department": _l("Department, while nobody has it"),
    "manager": _l("Manager of the department"),
    "account_manager": _l("Account manager of the organization"),
    "last_respondent": _l("Whoever answered last"),
    "referred": _l("Whom it was shown to"),
    "admins": _l("Administrators"),
    "named": _l("Whom it names"),
}
"""Audience → what the alerts page calls it, in the order of its columns. Of somebody who is in several the first counts."""
PERSONAL = frozenset({"assignee", "team", "last_respondent", "referred", "named"})
"""Whoever is told as one of these has something to do with the ticket themselves."""


def condition(name: str, about: Occasion) -> ColumnElement[bool]:
    """Which agents an audience is, on this occasion."""
    found = _CONDITIONS.get(name)
    return found(about) if found else false()


def _assignee(about: Occasion) -> ColumnElement[bool]:
    """Who has the ticket."""
    return false() if about.ticket.assignee_id is None else Agent.id == about.ticket.assignee_id


def _team(about: Occasion) -> ColumnElement[bool]:
    """The members of the ticket's team, unless the team or they themselves get no alerts."""
    return false() if about.ticket.team_id is None else Agent.id.in_(_members(Team.id == about.ticket.team_id))


def _members(teams: ColumnElement[bool]) -> Select[int]:
    """The members of some teams who get alerts."""
    told = select(TeamMember.agent_id).join(Team, Team.id == TeamMember.team_id)
    return told.where(teams, Team.is_active, Team.gets_alerts, TeamMember.gets_alerts)


def _team_lead(about: Occasion) -> ColumnElement[bool]:
    """Who leads the ticket's team."""
    lead = select(Team.lead_id).where(Team.id == about.ticket.team_id, Team.is_active, Team.gets_alerts)
    return false() if about.ticket.team_id is None else Agent.id.in_(lead)


def _department(about: Occasion) -> ColumnElement[bool]:
    """The agents whom the department tells, as it says itself, of what nobody has."""
    if about.ticket.assignee_id is not None or about.ticket.team_id is not None or about.department.alerts == "nobody":
        return false()
    place = about.ticket.department_id
    at_home = Agent.department_id == place
    further = select(AgentDepartment.agent_id).where(
        AgentDepartment.department_id == place, AgentDepartment.gets_alerts
    )
    return at_home if about.department.alerts == "members" else or_(at_home, Agent.id.in_(further))


def _manager(about: Occasion) -> ColumnElement[bool]:
    """Who manages the department, unless it tells nobody."""
    manager = about.department.manager_id
    return false() if manager is None or about.department.alerts == "nobody" else Agent.id == manager


def _account_manager(about: Occasion) -> ColumnElement[bool]:
    """The agent or the team that looks after the requester's organization."""
    organization = about.ticket.organization_id
    if organization is None:
        return false()
    agent = select(Organization.manager_agent_id).where(Organization.id == organization)
    team = select(Organization.manager_team_id).where(Organization.id == organization)
    return or_(Agent.id.in_(agent), Agent.id.in_(_members(Team.id.in_(team))))


def _last_respondent(about: Occasion) -> ColumnElement[bool]:
    """Who wrote the newest response, but for the one that this is about."""
    newest = select(ThreadEntry.agent_id).where(
        ThreadEntry.ticket_id == about.ticket.id, ThreadEntry.kind == "response"
    )
    if about.entry is not None:
        newest = newest.where(ThreadEntry.id != about.entry.id)
    return Agent.id == newest.order_by(ThreadEntry.id.desc()).limit(1).scalar_subquery()


def _referred(about: Occasion) -> ColumnElement[bool]:
    """Agents, teams and departments to whom the ticket was referred."""
    here = Referral.ticket_id == about.ticket.id
    agents = select(Referral.agent_id).where(here, Referral.agent_id.is_not(None))
    teams = select(Referral.team_id).where(here, Referral.team_id.is_not(None))
    departments = select(Department.id).join(Referral, Referral.department_id == Department.id)
    talkative = departments.where(here, Department.alerts != "nobody")
    return or_(Agent.id.in_(agents), Agent.id.in_(_members(Team.id.in_(teams))), Agent.department_id.in_(talkative))


def _admins(_about: Occasion) -> ColumnElement[bool]:
    """Administrators."""
    return Agent.is_admin.is_(True)


def _named(about: Occasion) -> ColumnElement[bool]:
    """Those whom the notice of a plugin is about."""
    return Agent.id.in_(one for one in about.event.data.get("agent_ids", ()) if isinstance(one, int))


_CONDITIONS: Mapping[str, Callable[[Occasion], ColumnElement[bool]]] = {
    "assignee": _assignee,
    "team": _team,
    "team_lead": _team_lead,
    "department": _department,
    "manager": _manager,
    "account_manager": _account_manager,
    "last_respondent": _last_respondent,
    "referred": _referred,
    "admins": _admins,
    "named": _named,
}
