"""The one guard of tasks: every list, page, mail and export reads them through `scope` or `access_task`.

An agent sees a task of a department in which they work, one that they or a team of theirs have, and one on a ticket that they see.
Requesters see none. Unknown and forbidden tasks look the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, union

from hookdesk.api import (
    Actor,
    Agent,
    Department,
    Forbidden,
    NotFound,
    Team,
    Ticket,
    access_ticket,
    clock,
    reading,
    scope,
    system,
)
from hookdesk_tasks.models import Task

SEE_ALL = "ticket.see_all"
VIEW, NOTE = "task.view", "task.note"
UNSEEN = ("origin", "is_bound", "merged_from_id")
FREE = frozenset({VIEW, NOTE})
"""What whoever sees a task may do with it."""

PERMISSIONS = (
    ("task.create", _l("Make tasks"), _l("Tasks")),
    ("task.edit", _l("Change title, description and date of tasks"), _l("Tasks")),
    ("task.assign", _l("Assign tasks"), _l("Tasks")),
    ("task.transfer", _l("Move tasks to another department"), _l("Tasks")),
    ("task.reply", _l("Write updates to those who follow tasks"), _l("Tasks")),
    ("task.close", _l("Close and reopen tasks"), _l("Tasks")),
    ("task.delete", _l("Delete tasks"), _l("Tasks")),
)
LIKE = {
    "task.create": ("ticket.edit",),
    "task.edit": ("ticket.edit",),
    "task.assign": ("ticket.assign",),
    "task.transfer": ("ticket.transfer",),
    "task.reply": ("ticket.reply",),
    "task.close": ("ticket.close",),
    "task.delete": ("ticket.delete",),
}
"""Who may do what with tasks at first: those who may do the like with tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task that the guard has let through."""

    id: int
    number: str
    title: str
    description: str
    html: str
    ticket_id: int | None
    department_id: int | None
    assignee_id: int | None
    team_id: int | None
    creator: str
    state: str
    due_at: datetime
    is_overdue: bool
    updates: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    department: str | None
    assignee: str | None
    team: str | None
    ticket_number: str | None
    ticket_subject: str | None

    @property
    def is_open(self) -> bool:
        """True until it is done."""
        return self.state == "open"

    @property
    def due(self) -> datetime | None:
        """When it is due; None for never."""
        return None if self.due_at >= clock.NEVER else self.due_at

    @property
    def is_late(self) -> bool:
        """True for an open one whose date has passed."""
        return self.is_open and self.due_at <= clock.now()


def scope_of(actor: Actor) -> ColumnElement[bool]:
    """Which tasks somebody sees, as a condition on `Task`. Those of a ticket that is in the bin, or gone, are out of sight."""
    if not (actor.is_agent or actor.is_system):
        return false()
    found = _legs(actor)
    if found is None:
        return _kept()
    visible = select(Ticket.id).where(Ticket.id == Task.ticket_id, scope(actor)).correlate(Task).exists()
    return and_(_kept(), or_(*found, and_(Task.ticket_id.is_not(None), visible)))


def narrow_scope_of(actor: Actor) -> ColumnElement[bool]:
    """The same for lists of agents who see few tasks: each reason is looked up by its own index, and no list is walked for it."""
    found = _legs(actor) if actor.is_agent else None
    if found is None:
        return scope_of(actor)
    visible = select(Ticket.id).where(scope(actor))
    parts = [select(Task.id).where(leg) for leg in (*found, Task.ticket_id.in_(visible))]
    return and_(_kept(), Task.id.in_(union(*parts)))


def _kept() -> ColumnElement[bool]:
    """Tasks that stand alone, and those whose ticket is neither gone nor in the bin."""
    binned = select(Ticket.id).where(Ticket.state == "deleted")
    return or_(~Task.is_bound, and_(Task.ticket_id.is_not(None), Task.ticket_id.not_in(binned)))


def _legs(actor: Actor) -> list[ColumnElement[bool]] | None:
    """The reasons why an agent may see a task, besides seeing its ticket; None where one is enough for all."""
    if actor.is_system or (not actor.assigned_only and actor.may(SEE_ALL)):
        return None
    found: list[ColumnElement[bool]] = [Task.assignee_id == actor.agent_id]
    if actor.teams:
        found.append(Task.team_id.in_(sorted(actor.teams)))
    if actor.departments and not actor.assigned_only:
        found.append(Task.department_id.in_(sorted(actor.departments)))
    return found


@cache
def task_view() -> Select[Any]:
    """The columns of `TaskView` in one query, nothing lazy; built once."""
    return (
        select(
            *(column for column in Task.__table__.columns if column.name not in UNSEEN),
            Department.name.label("department"),
            Agent.name.label("assignee"),
            Team.name.label("team"),
            Ticket.number.label("ticket_number"),
            Ticket.subject.label("ticket_subject"),
        )
        .select_from(Task)
        .outerjoin(Department, Department.id == Task.department_id)
        .outerjoin(Agent, Agent.id == Task.assignee_id)
        .outerjoin(Team, Team.id == Task.team_id)
        .outerjoin(Ticket, Ticket.id == Task.ticket_id)
    )


def access_task(actor: Actor, task_id: int, permission: str = VIEW) -> TaskView:
    """The task with that id, if the actor may see it and holds the permission for it.

    Raises:
        NotFound: unknown or not visible. Forbidden: visible, but the permission is missing.
    """
    return _access(actor, Task.id == min(task_id, 2**63 - 1), permission)


def access_task_number(actor: Actor, number: str, permission: str = VIEW) -> TaskView:
    """Like `access_task`, by the public number. Its letters may be typed small."""
    return _access(actor, Task.number.in_([number[:40], number[:40].upper()]), permission)


def _access(actor: Actor, which: ColumnElement[bool], permission: str) -> TaskView:
    """Read one task within the scope and check the permission."""
    row = reading().first(task_view().where(which, scope_of(actor)))
    if row is None:
        raise NotFound("no such task")
    view = TaskView(**row._mapping)
    if not permitted(actor, permission, view.department_id):
        raise Forbidden(permission)
    return view


def permitted(actor: Actor, permission: str, department_id: int | None) -> bool:
    """True if the actor holds the permission for a task of that department that they see."""
    if actor.is_system or permission in FREE:
        return True
    if not actor.is_agent:
        return False
    if actor.is_admin or department_id in actor.departments:
        return actor.may(permission, department_id)
    return permission in actor.elsewhere or permission in actor.permissions


def sees_ticket(actor: Actor, view: TaskView) -> bool:
    """True if somebody sees the ticket of a task: one's own task can lie on a ticket of others, of which it tells the number alone."""
    if view.ticket_id is None:
        return False
    try:
        access_ticket(actor, view.ticket_id)
    except NotFound:
        return False
    return True


def sees(actor: Actor, task_id: int) -> bool:
    """True if somebody sees a task."""
    return reading().scalar(select(true()).where(Task.id == task_id, scope_of(actor))) is not None


SYSTEM = system("tasks")
