"""What this plugin adds to pages of tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Row, select

from hookdesk.api import (
    Actor,
    Agent,
    Forbidden,
    NotFound,
    PaletteItem,
    SlotContent,
    TicketView,
    clock,
    plain_arguments,
    reading,
)
from hookdesk_tasks import checklists, guard, making, queues
from hookdesk_tasks.models import Task

MOST = 100
OFFERED = 5
PASSING = ("saved", "section", "before", "images", "tasking", "number")
"""What stands in a ticket's address for one look alone."""


def way() -> dict[str, str]:
    """What a link back to the ticket carries along."""
    return {name: value for name, value in plain_arguments().items() if name not in PASSING}


def contents(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """What goes into a slot."""
    if slot == "ticket.sidebar":
        return _section(actor, args["ticket"])
    if slot == "ticket.entry" and _may_make(actor, args["ticket"]):
        return [SlotContent("tasks/from_entry.html", {"entry_id": args["entry"].id}, order=40)]
    return []


def _may_make(actor: Actor, view: TicketView) -> bool:
    """Whether the ticket can be given a task by this agent."""
    return view.state == "open" and guard.permitted(actor, "task.create", view.department_id)


def _section(actor: Actor, view: TicketView) -> list[SlotContent]:
    """The tasks of a ticket, to be ticked off; nothing where there are none and none can be made."""
    may_make = _may_make(actor, view)
    rows = of_ticket(view.id) if making.in_use() else ()
    if not rows and not may_make:
        return []
    given = {
        "rows": rows,
        "may_make": may_make,
        "may_close": [row.id for row in rows if guard.permitted(actor, "task.close", row.department_id)],
        "done": sum(row.state == "closed" for row in rows),
        "lists": list(checklists.kept().values()) if may_make else [],
        "way": way(),
        "now": clock.now(),
        "never": clock.NEVER,
    }
    return [SlotContent("tasks/section.html", given, order=20)]


def of_ticket(ticket_id: int) -> Sequence[Row[Any]]:
    """The tasks of a ticket that the guard has let through, in the order in which they were made."""
    columns = (Task.id, Task.number, Task.title, Task.state, Task.due_at, Task.department_id)
    asked = select(*columns, Agent.name.label("assignee")).outerjoin(Agent, Agent.id == Task.assignee_id)
    return reading().all(asked.where(Task.ticket_id == ticket_id).order_by(Task.id).limit(MOST))


def known_as(actor: Actor, ref: str, permission: str) -> tuple[str, str] | None:
    """Title and page of a task by its reference ("task:7"), if the actor may do that with it."""
    kind, _colon, number = ref.partition(":")
    if kind != "task" or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    try:
        view = guard.access_task(actor, int(number), permission)
    except (NotFound, Forbidden):
        return None
    return view.title, url_for("tasks.task", number=view.number)


def found(actor: Actor, query: str) -> list[PaletteItem]:
    """The tasks that fit what somebody types in the palette; open ones first."""
    if not actor.is_agent or query.startswith("@"):
        return []
    queue = queues.find("all")
    assert queue is not None  # it is always there
    rows = queues.first(actor, queues.Wanted(queue, words=query.removeprefix("#")), OFFERED)
    return [
        PaletteItem(
            row.title, url_for("tasks.task", number=row.number), _("Tasks"), icon="check" if row.state == "closed" else "s-open",
            hint=" · ".join(filter(None, (row.number, row.assignee or row.team))), order=300,
        )
        for row in sorted(rows, key=lambda row: row.state == "closed")
    ]  # fmt: skip
