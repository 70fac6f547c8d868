"""One property of a task at a time: words, date, who has it, where it lies. Each change leaves a line in its thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, Department, StoredFile, Team, assignment, clock, reading, tickets, transact
from hookdesk_tasks import guard, keeping
from hookdesk_tasks.making import checked_html, checked_words, wake_for, who
from hookdesk_tasks.models import Task
from hookdesk_tasks.recording import TaskProblem, locked, note_change

MOST_RELEASED = 500


def change(actor: Actor, task_id: int, permission: str, work: Callable[[Session, Task], None]) -> None:
    """Check the permission, then run `work` on the locked task in one transaction.

    Raises:
        NotFound, Forbidden: as the guard says. TaskProblem: it was deleted meanwhile, or as `work` says.
    """
    guard.access_task(actor, task_id, permission)
    transact(lambda session: work(session, locked(session, task_id)))


def set_words(
    actor: Actor, task_id: int, title: str, description: str, html: str = "", files: Sequence[StoredFile] = ()
) -> None:
    """Say anew what is to be done; `html` and `files` as for a new task."""
    title, description = checked_words(title, description)
    html = checked_html(html)

    def work(session: Session, task: Task) -> None:
        if task.title != title:
            before, task.title = task.title, title
            note_change(session, task, actor, "title", before, title)
        if (task.description, task.html) != (description, html):
            task.description, task.html = description, html
            keeping.describe(session, task.id, html, files)
            note_change(session, task, actor, "description", None, None)

    change(actor, task_id, "task.edit", work)


def set_due(actor: Actor, task_id: int, due_at: datetime | None) -> None:
    """Say until when; None for no date. A date that has passed can be set, and is told of at once."""

    def work(session: Session, task: Task) -> None:
        wanted = due_at or clock.NEVER
        if task.due_at == wanted:
            return
        before, task.due_at, task.is_overdue = task.due_at, wanted, False
        moments = [None if at >= clock.NEVER else at.isoformat() for at in (before, wanted)]
        note_change(session, task, actor, "due", *moments)
        wake_for(session, task)

    change(actor, task_id, "task.edit", work)


def assign(actor: Actor, task_id: int, agent_id: int | None, team_id: int | None) -> None:
    """Give it to an agent, a team, both or nobody.

    Raises:
        TaskProblem: they cannot have it, or it is closed.
    """

    def work(session: Session, task: Task) -> None:
        _open(task)
        new = agent_id if agent_id != task.assignee_id else None  # who has it keeps it, whatever has changed since
        who(session, actor, task.department_id, new, team_id if team_id != task.team_id else None)
        _set_agent(session, task, actor, agent_id)
        if task.team_id != team_id:
            before, task.team_id = task.team_id, team_id
            note_change(session, task, actor, "team", before, team_id, **_names(session, Team, before, team_id))

    change(actor, task_id, "task.assign", work)


def claim(actor: Actor, task_id: int) -> None:
    """Take it oneself; its team stays."""
    view = guard.access_task(actor, task_id, "task.assign")
    assign(actor, task_id, actor.agent_id, view.team_id)


def _open(task: Task) -> None:
    """Let open ones alone be handed about."""
    if task.state != "open":
        raise TaskProblem(_("The task is closed. Open it again first."))


def _set_agent(session: Session, task: Task, actor: Actor, agent_id: int | None) -> None:
    """Set who has it, with its line."""
    if task.assignee_id != agent_id:
        before, task.assignee_id = task.assignee_id, agent_id
        note_change(session, task, actor, "assignee", before, agent_id, **_names(session, Agent, before, agent_id))


def transfer(actor: Actor, task_id: int, department_id: int) -> None:
    """Move it to another department; who has it keeps it, if that department's rule lets them."""

    def work(session: Session, task: Task) -> None:
        target = tickets.find(session, Department, department_id)
        if target is None:
            raise TaskProblem(_("That department does not take tasks."))
        before = task.department_id
        if before == target.id:
            return
        task.department_id = target.id
        note_change(
            session, task, actor, "department", before, target.id, **_names(session, Department, before, target.id)
        )
        if task.assignee_id is not None and not assignment.allows(session, target.id, task.assignee_id):
            _set_agent(session, task, actor, None)

    change(actor, task_id, "task.transfer", work)


def _names(session: Session, model: Any, before: int | None, after: int | None) -> dict[str, str]:
    """What the ids are called, for the line."""

    def name(row_id: int | None) -> str:
        row = session.get(model, row_id) if row_id is not None else None
        return "" if row is None else str(row.name)

    return {"before_name": name(before), "after_name": name(after)}


def release_gone() -> int:
    """Take open tasks from agents who do not work here any more, so that they are seen among what nobody has; how many."""
    inactive = select(Agent.id).where(~Agent.is_active)
    theirs = select(Task.id).where(Task.state == "open", Task.assignee_id.in_(inactive)).order_by(Task.id)
    found = list(reading().scalars(theirs.limit(MOST_RELEASED)))

    def work(session: Session) -> None:
        for task_id in found:
            _set_agent(session, locked(session, task_id), guard.SYSTEM, None)

    if found:
        transact(work)
    return len(found)
