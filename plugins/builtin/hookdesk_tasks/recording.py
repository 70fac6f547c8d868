"""What every change of a task has in common: the locked row, a line in its thread, and the event."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, clock, emit, tickets
from hookdesk_tasks.models import Entry, Task


class TaskProblem(tickets.TicketProblem):
    """What was asked for cannot be done; the message is for whoever asked."""


def locked(session: Session, task_id: int) -> Task:
    """The task's row, held until the transaction ends.

    Raises:
        TaskProblem: it was deleted meanwhile.
    """
    asked = select(Task).where(Task.id == task_id).with_for_update().execution_options(populate_existing=True)
    task = session.scalar(asked)
    if task is None:
        raise TaskProblem(_("The task has been deleted meanwhile."))
    return task


def note_change(session: Session, task: Task, actor: Actor, what: str, before: Any, after: Any, **names: str) -> None:
    """Add a line to the thread and tell those who listen. `names` are `before_name` and `after_name`, for the line."""
    told = {"before": names.get("before_name", before), "after": names.get("after_name", after)}
    session.add(_line(task, actor, what, told))
    touch(task)
    tell(session, task, actor, what, before, after)


def _line(task: Task, actor: Actor, what: str, data: dict[str, Any]) -> Entry:
    """A line of the thread that nobody has written."""
    return Entry(
        task_id=task.id, kind="event", agent_id=actor.agent_id, author=actor.name[:200], text=what, data=data, told=[],
        created_at=clock.now(),
    )  # fmt: skip


def touch(task: Task) -> None:
    """Something happened to it."""
    task.updates += 1
    task.updated_at = clock.now()


def tell(session: Session, task: Task, actor: Actor, what: str, before: Any, after: Any) -> None:
    """Emit the event."""
    data = {
        "task_id": task.id, "number": task.number, "ticket_id": task.ticket_id, "what": what, "before": before, "after": after,
        "agent_id": actor.agent_id, "user_id": actor.user_id,
    }  # fmt: skip
    emit(session, "task_changed", data)
