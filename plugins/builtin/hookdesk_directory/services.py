"""What a manager may do for a department: say who is away. Nothing else, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    AgentDepartment,
    Department,
    NotFound,
    log,
    reading,
    transact,
)

MOST = 200


def managed(actor: Actor) -> Sequence[Row[Any]]:
    """Id and name of each department that an agent manages, those below included."""
    asked = select(Department.id, Department.name).where(Department.id.in_(sorted(actor.manages)), Department.is_active)
    return reading().all(asked.order_by(Department.name).limit(MOST)) if actor.manages else []


def department(actor: Actor, department_id: int) -> Row[Any]:
    """One of them.

    Raises:
        NotFound: it is none of theirs, or there is none.
    """
    row = next((row for row in managed(actor) if row.id == department_id), None)
    if row is None:
        raise NotFound("no such department")
    return row


def members(department_id: int) -> Sequence[Row[Any]]:
    """Active agents who work in a department; `is_primary` if it is their own."""
    is_primary = (Agent.department_id == department_id).label("is_primary")
    asked = select(Agent.id, Agent.name, Agent.on_vacation, is_primary).where(_works_in(department_id), Agent.is_active)
    return reading().all(asked.order_by(Agent.name, Agent.id).limit(MOST))


def set_vacation(actor: Actor, department_id: int, agent_id: int, on_vacation: bool) -> str:
    """Say that a member of a department that the actor manages is away, or back; the member's name.

    Raises:
        NotFound: the department is not theirs to manage, or nobody of that id works there.
    """
    department(actor, department_id)

    def work(session: Session) -> str:
        asked = select(Agent).where(Agent.id == agent_id, _works_in(department_id), Agent.is_active)
        row = session.scalar(asked.with_for_update())
        if row is None:
            raise NotFound("no such member")
        if row.on_vacation != on_vacation:
            changes = {"on_vacation": (row.on_vacation, on_vacation)}
            row.on_vacation = on_vacation
            log.changed(session, actor, "agent", row.name, changes)
        return row.name

    return transact(work)


def _works_in(department_id: int) -> ColumnElement[bool]:
    """The condition on agents: this is their department, or one that they have further access to."""
    further = select(AgentDepartment.agent_id).where(AgentDepartment.department_id == department_id)
    return or_(Agent.department_id == department_id, Agent.id.in_(further))
