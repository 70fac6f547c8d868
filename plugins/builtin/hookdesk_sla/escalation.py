"""The steps of an escalation: tell somebody, hand the ticket on, raise its priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Agent,
    AgentDepartment,
    Department,
    Priority,
    Team,
    TeamMember,
    Ticket,
    emit,
    events,
    system,
    tickets,
)
from hookdesk_sla.rules import Step


def take(session: Session, ticket: Ticket, step: Step, data: Mapping[str, Any]) -> None:
    """Take a step in the transaction that notes it. What is not possible (any more) is told in the ticket's log, and the rest goes on."""
    agent_ids: list[int] = []
    try:
        if step.act == "assign":
            _assign(session, ticket, step.to)
        elif step.act == "priority":
            _raise(session, ticket, int(step.to))
        else:
            agent_ids = recipients(session, ticket, step.to)
        problem = ""
    except tickets.TicketProblem as error:
        problem = str(error)
    words = problem or step_words(session, step)
    events.log(session, ticket, system(), "escalated", after=words)
    ticket.updates += 1
    emit(session, "sla_escalated", {**data, "act": step.act, "words": words, "agent_ids": agent_ids})


def _assign(session: Session, ticket: Ticket, to: str) -> None:
    """Give the ticket to an agent (the team stays) or to a team (the agent stays)."""
    kind, _colon, number = to.partition(":")
    if kind == "agent":
        tickets.apply_assignment(session, ticket, system(), int(number), ticket.team_id)
    else:
        tickets.apply_assignment(session, ticket, system(), ticket.assignee_id, int(number))


def _raise(session: Session, ticket: Ticket, priority_id: int) -> None:
    """Set a priority if it is more urgent than the present one."""
    wanted = session.get(Priority, priority_id)
    if wanted is None:
        raise tickets.TicketProblem(_("There is no such priority."))
    if wanted.rank < ticket.priority_rank:
        tickets.apply_priority(session, ticket, system(), priority_id)


def recipients(session: Session, ticket: Ticket, to: str) -> list[int]:
    """The agents whom a step tells; those who are away or gone are left out."""
    if to.startswith("agent:"):
        found = [int(to.removeprefix("agent:"))]
    elif to == "assignee":
        found = [ticket.assignee_id] if ticket.assignee_id else []
    elif to == "team":
        asked = select(TeamMember.agent_id).where(TeamMember.team_id == ticket.team_id, TeamMember.gets_alerts)
        found = list(session.scalars(asked)) if ticket.team_id else []
    elif to == "manager":
        manager = session.scalar(select(Department.manager_id).where(Department.id == ticket.department_id))
        found = [manager] if manager else []
    else:
        extended = select(AgentDepartment.agent_id).where(
            AgentDepartment.department_id == ticket.department_id, AgentDepartment.gets_alerts
        )
        at_home = select(Agent.id).where(Agent.department_id == ticket.department_id)
        found = [*session.scalars(at_home), *session.scalars(extended)]
    here = select(Agent.id).where(Agent.id.in_(found), Agent.is_active, ~Agent.on_vacation).order_by(Agent.id)
    return list(session.scalars(here))


def step_words(session: Session, step: Step) -> str:
    """What a step does, for the log."""
    kind, _colon, number = step.to.partition(":")
    if step.act == "priority":
        priority = session.get(Priority, int(step.to))
        return str(_("priority at least %(name)s", name=priority.name if priority else "?"))
    named: Any = {"agent": Agent, "team": Team}.get(kind)
    row = session.get(named, int(number)) if named is not None and number else None
    name = row.name if row is not None else recipient_name(step.to)
    return str(_("handed to %(name)s", name=name) if step.act == "assign" else _("told %(name)s", name=name))


def recipient_name(to: str) -> str:
    """A group of recipients in words."""
    known = {
        "assignee": _("the assignee"),
        "team": _("the team"),
        "manager": _("the department's manager"),
        "department": _("the department"),
    }
    return str(known.get(to, to))
