"""The job that looks when a task's date has passed: it marks the task and tells of it, once."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, transact
from hookdesk_tasks.guard import SYSTEM, scope_of
from hookdesk_tasks.models import Task
from hookdesk_tasks.recording import TaskProblem, locked, note_change

BATCH = 50


def run() -> int:
    """Mark what has become overdue; how many tasks."""
    waiting = select(Task.id).where(*_unmarked(), Task.due_at <= clock.now())
    found = list(reading().scalars(waiting.order_by(Task.due_at, Task.id).limit(BATCH)))
    for task_id in found:
        transact(partial(_mark, task_id=task_id))
    return len(found)


def next_at() -> datetime | None:
    """When the next date passes."""
    soonest = reading().scalar(select(func.min(Task.due_at)).where(*_unmarked()))
    return None if soonest in (None, clock.NEVER) else soonest


def _unmarked() -> tuple[ColumnElement[bool], ...]:
    """Open tasks that have not been told of; those of a ticket in the bin wait until it is back."""
    return Task.state == "open", ~Task.is_overdue, scope_of(SYSTEM)


def _mark(session: Session, task_id: int) -> None:
    """Mark one task, if it still is open and late."""
    try:
        task = locked(session, task_id)
    except TaskProblem:
        return
    if task.state == "open" and not task.is_overdue and task.due_at <= clock.now():
        task.is_overdue = True
        note_change(session, task, SYSTEM, "overdue", False, True)
