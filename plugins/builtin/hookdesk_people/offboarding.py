"""An agent goes: what they have is given to somebody else, and they are signed out and deactivated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Department,
    Organization,
    Team,
    TeamMember,
    Ticket,
    agents,
    log,
    reading,
    release,
    sessions,
    tickets,
    transact,
)
from hookdesk_admin.queries import people
from hookdesk_admin.views.editing import filled

AT_ONCE = 500
"""So many tickets are given away in one request."""
MOST = 500


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an agent has: open tickets (counted no further than 10,001), and names of what they lead and manage."""

    tickets: int
    teams: Sequence[str]
    departments: Sequence[str]
    organizations: Sequence[str]

    def __bool__(self) -> bool:
        """True if there is anything."""
        return bool(self.tickets or self.teams or self.departments or self.organizations)


@dataclass(frozen=True, slots=True)
class Heir:
    """Who gets it: an agent, a team, or nobody."""

    agent_id: int | None = None
    team_id: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """How many tickets went to the heir, to nobody because the heir may not have them, and how many are left."""

    moved: int
    released: int
    left: int


def holdings(agent_id: int) -> Holdings:
    """All that is to be given away."""
    return Holdings(
        people.open_tickets(agent_id, 10_001),
        _names(Team, Team.lead_id == agent_id),
        _names(Department, Department.manager_id == agent_id),
        _names(Organization, Organization.manager_agent_id == agent_id),
    )


def _names(model: Any, which: Any) -> list[str]:
    """Names of the rows that fit, at most 500."""
    return list(reading().scalars(select(model.name).where(which).order_by(model.name).limit(MOST)))


def leave(actor: Actor, agent_id: int, heir: Heir) -> Given:
    """Deactivate an agent, give away what they lead and manage, and the first 500 of their tickets. To be repeated while some are left.

    Raises:
        DirectoryProblem: they are the last administrator; nothing has happened then.
    """
    row = people.agent(agent_id)
    if row is not None and row.is_active:
        extended, silent = people.extended(agent_id)
        kept = {"extended": extended, "silent": frozenset(silent), "teams": frozenset(people.teams_of(agent_id))}
        agents.save_agent(actor, agent_id, filled(agents.AgentData, row, **kept, is_active=False))
    transact(lambda session: _hand_over(session, actor, agent_id, heir))
    return _give_tickets(actor, agent_id, heir)


def _hand_over(session: Session, actor: Actor, agent_id: int, heir: Heir) -> None:
    """Teams, departments and organizations, and the sessions that may have been opened meanwhile."""
    agent = session.get(Agent, agent_id)
    if agent is not None:
        sessions.lock_out(session, agent.user_id)
    for team in session.scalars(select(Team).where(Team.lead_id == agent_id)):
        member = select(TeamMember.agent_id).where(TeamMember.team_id == team.id, TeamMember.agent_id == heir.agent_id)
        _set(session, actor, team, lead_id=session.scalar(member))
    for department in session.scalars(select(Department).where(Department.manager_id == agent_id)):
        _set(session, actor, department, manager_id=heir.agent_id)
    for organization in session.scalars(select(Organization).where(Organization.manager_agent_id == agent_id)):
        _set(session, actor, organization, manager_agent_id=heir.agent_id, manager_team_id=heir.team_id)


def _set(session: Session, actor: Actor, row: Any, **values: Any) -> None:
    """Set columns of a row, with a line in the log."""
    log.changed(
        session, actor, row.__tablename__, row.name, {name: (getattr(row, name), new) for name, new in values.items()}
    )
    for name, new in values.items():
        setattr(row, name, new)


def _give_tickets(actor: Actor, agent_id: int, heir: Heir) -> Given:
    """The next open tickets, each in a transaction of its own and with its event."""
    theirs = select(Ticket.id, Ticket.team_id).where(Ticket.assignee_id == agent_id, Ticket.state == "open")
    rows = reading().all(theirs.order_by(Ticket.id).limit(AT_ONCE))
    moved = released = 0
    for row in rows:
        try:
            tickets.assign(actor, row.id, heir.agent_id, heir.team_id or row.team_id)
            moved += 1
        except tickets.TicketProblem:  # on vacation, gone meanwhile, or none that the department lets have its tickets
            tickets.assign(actor, row.id, None, None)
            released += 1
    release()
    return Given(moved, released, people.open_tickets(agent_id, 10_001))
