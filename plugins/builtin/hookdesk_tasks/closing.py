"""Closing, reopening and deleting tasks, and what follows for their tickets."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    ReplyDraft,
    Ticket,
    attachments,
    clean_text,
    clock,
    emit,
    events,
    reading,
    threads,
    tickets,
    transact,
)
from hookdesk_tasks import guard
from hookdesk_tasks.keeping import claimed_as
from hookdesk_tasks.making import wake_for
from hookdesk_tasks.models import Task
from hookdesk_tasks.recording import locked, note_change, tell

FOLLOW = "tasks.follow"
BATCH = 100
NAMED = 5
"""So many open tasks are named when their ticket cannot be closed."""


def set_open(actor: Actor, task_id: int, is_open: bool, comment: str = "") -> None:
    """Close a task or open it again, with a note on its ticket; a ticket is open if one of its tasks is.

    Raises:
        NotFound, Forbidden: as the guard says. TaskProblem: it was deleted meanwhile.
    """
    view = guard.access_task(actor, task_id, "task.close")
    transact(lambda session: apply(session, actor, view.id, view.ticket_id, is_open, comment))


def apply(
    session: Session, actor: Actor, task_id: int, ticket_id: int | None, is_open: bool, comment: str = ""
) -> None:
    """The same in a transaction, for whom the guard has let through. The ticket is locked before the task, as everywhere."""
    ticket = tickets.locked(session, ticket_id) if ticket_id is not None else None
    task = locked(session, task_id)
    if (task.state == "open") == is_open:
        return
    before, task.state = task.state, "open" if is_open else "closed"
    task.closed_at, task.is_overdue = (None if is_open else clock.now()), False
    note_change(session, task, actor, "state", before, task.state)
    wake_for(session, task)
    if ticket is not None:
        _write_on(session, ticket, actor, task, comment)
        if is_open and ticket.state == "closed":
            threads.reopen(session, ticket, actor)


def _write_on(session: Session, ticket: Ticket, actor: Actor, task: Task, comment: str) -> None:
    """A note on the ticket."""
    named = {"number": task.number, "title": task.title}
    is_open = task.state == "open"
    said = (
        _("Task %(number)s is open again: %(title)s", **named)
        if is_open
        else _("Task %(number)s is done: %(title)s", **named)
    )
    text = f"{said}\n\n{clean_text(comment).strip()}".strip()
    entry = threads.insert_entry(session, ticket, actor, ReplyDraft(ticket.id, "note", text, channel="tasks"), ())
    data = {
        "ticket_id": ticket.id, "number": ticket.number, "entry_id": entry.id, "kind": "note", "agent_id": actor.agent_id,
        "user_id": actor.user_id, "channel": "tasks", "reopened": False, "notify": False,
    }  # fmt: skip
    emit(session, "entry_added", data)


def remove(actor: Actor, task_id: int) -> None:
    """Delete a task with all that was written about it; its ticket's log says so.

    Raises:
        NotFound, Forbidden: as the guard says. TaskProblem: it was deleted meanwhile.
    """
    view = guard.access_task(actor, task_id, "task.delete")

    def work(session: Session) -> None:
        ticket = tickets.locked(session, view.ticket_id) if view.ticket_id is not None else None
        task = locked(session, task_id)
        if ticket is not None:
            events.log(session, ticket, actor, "task_deleted", after=f"{task.number} {task.title}")
        _drop(session, task, actor)

    transact(work)


def _drop(session: Session, task: Task, actor: Actor) -> None:
    """Delete a locked task with all that hangs on it."""
    tell(session, task, actor, "deleted", None, None)
    attachments.disclaim(session, claimed_as(task.id))
    session.delete(task)


def follow_tickets() -> int:
    """The job: delete tasks whose ticket is gone, however that went; how many."""
    gone = select(Task.id).where(Task.is_bound, Task.ticket_id.is_(None)).limit(BATCH)
    found = list(reading().scalars(gone))

    def work(session: Session) -> None:
        for task in session.scalars(select(Task).where(Task.id.in_(found), Task.ticket_id.is_(None))):
            _drop(session, task, guard.SYSTEM)

    if found:
        transact(work)
    return len(found)


def objection(ticket_id: int, actor: Actor) -> str | None:
    """Why a ticket cannot be closed yet: the tasks that are open. Requesters are not told which."""
    rows = open_of(ticket_id, NAMED + 1)
    if not rows:
        return None
    if not actor.is_agent:
        return str(_("This ticket cannot be closed yet: somebody is still at work on it."))
    named = "; ".join(f"{row.number} {row.title}" for row in rows[:NAMED])
    more = " …" if len(rows) > NAMED else ""
    return str(_("Close its tasks first: %(tasks)s", tasks=named + more))


def open_of(ticket_id: int, most: int) -> Sequence[Row[tuple[int, str, str]]]:
    """The first open tasks of a ticket."""
    asked = select(Task.id, Task.number, Task.title).where(Task.ticket_id == ticket_id, Task.state == "open")
    return reading().all(asked.order_by(Task.id).limit(most))
