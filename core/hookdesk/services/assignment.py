"""Who can be assigned what: the rules of a ticket's department, and who keeps a ticket that moves or opens again."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hookdesk.db.engine import ReadSession
from hookdesk.models import Agent, AgentDepartment, Department, Ticket
from hookdesk.services import events
from hookdesk.types.actors import Actor


def allows(session: Session | ReadSession, department_id: int, agent_id: int) -> bool:
    """Whether the department's rule lets that agent have its tickets. Teams can have any."""
    rule = session.scalar(select(Department.assignment).where(Department.id == department_id))
    if rule in (None, "all"):
        return True
    at_home = Agent.department_id == department_id
    further = select(AgentDepartment.agent_id).where(AgentDepartment.department_id == department_id)
    belongs = at_home if rule == "primary" else or_(at_home, Agent.id.in_(further))
    return session.scalar(select(Agent.id).where(Agent.id == agent_id, belongs)) is not None


def is_archived(session: Session, department_id: int) -> bool:
    """Whether a department's closed tickets stay closed."""
    return bool(session.scalar(select(Department.is_archived).where(Department.id == department_id)))


def release_stranger(session: Session, ticket: Ticket, actor: Actor) -> None:
    """After a transfer: the assignee goes if the new department's rule does not let them keep it."""
    if ticket.assignee_id is not None and not allows(session, ticket.department_id, ticket.assignee_id):
        set_assignee(session, ticket, actor, None)


def release_absent(session: Session, ticket: Ticket, actor: Actor) -> None:
    """After a requester reopened it: nobody keeps a ticket who is gone or on vacation, or where the department wants it handed out anew."""
    if ticket.assignee_id is None:
        return
    agent, department = session.get(Agent, ticket.assignee_id), session.get(Department, ticket.department_id)
    is_here = agent is not None and agent.is_active and not agent.on_vacation
    if not is_here or department is None or not department.keeps_assignee_on_reopen:
        set_assignee(session, ticket, actor, None)


def claim(session: Session, ticket: Ticket, actor: Actor) -> None:
    """Whoever answers a ticket that nobody has, has it from then on, unless the department does not want that."""
    if ticket.assignee_id is not None or actor.agent_id is None:
        return
    department = session.get(Department, ticket.department_id)
    if department is not None and department.claims_on_reply and allows(session, department.id, actor.agent_id):
        set_assignee(session, ticket, actor, session.get(Agent, actor.agent_id))


def set_assignee(session: Session, ticket: Ticket, actor: Actor, agent: Agent | None) -> None:
    """Set the assignee of a locked ticket, with its event, if it changes."""
    before, after = ticket.assignee_id, agent.id if agent else None
    if before == after:
        return
    old = session.get(Agent, before) if before else None
    ticket.assignee_id = after
    names = {"before_name": old.name if old else "", "after_name": agent.name if agent else ""}
    events.changed(session, ticket, actor, "assignee", before, after, **names)
