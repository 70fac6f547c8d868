"""Tasks go along when their ticket is merged into another one, and back when that is undone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hookdesk.api import Event, Ticket, transact
from hookdesk_tasks.guard import SYSTEM
from hookdesk_tasks.models import Task
from hookdesk_tasks.recording import note_change


def follow(event: Event) -> None:
    """Move the tasks of a ticket that was merged, or of which a merge was undone; told twice, nothing moves twice."""
    child_id, what = event.ticket_id, event.data["what"]
    if what == "merged" and event.data["after"] is not None:
        _move(Task.ticket_id == child_id, child_id, int(event.data["after"]), is_back=False)
    elif what == "unmerged" and event.data["before"] is not None:
        parent_id = int(event.data["before"])
        _move((Task.merged_from_id == child_id) & (Task.ticket_id == parent_id), parent_id, child_id, is_back=True)


def _move(which: ColumnElement[bool], from_id: int, to_id: int, *, is_back: bool) -> None:
    """Move those tasks, each with a line in its thread."""

    def work(session: Session) -> None:
        numbers = {row.id: row.number for row in session.scalars(select(Ticket).where(Ticket.id.in_((from_id, to_id))))}
        if to_id not in numbers:  # it is gone meanwhile
            return
        names = {"before_name": numbers.get(from_id, ""), "after_name": numbers[to_id]}
        for task in session.scalars(select(Task).where(which).order_by(Task.id).with_for_update()):
            task.ticket_id, task.merged_from_id = to_id, None if is_back else from_id
            note_change(session, task, SYSTEM, "ticket", from_id, to_id, **names)

    transact(work)
