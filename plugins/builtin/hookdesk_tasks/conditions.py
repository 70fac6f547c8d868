"""Tasks in lists and conditions of tickets, and what filters can do with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy import bindparam, func, select

from hookdesk.api import ActionField, Event, Field, FieldType, FilterAction, ListColumn, Ticket, reading
from hookdesk_tasks import checklists, making
from hookdesk_tasks.models import Task


def columns() -> list[ListColumn]:
    """How many of its tasks are done, beside the subject."""
    return [ListColumn("tasks", _("Tasks"), _marks, is_mark=True, words=_words)]


_ASKED = (
    select(Task.ticket_id, Task.state, func.count().label("tasks"))
    .where(Task.ticket_id.in_(bindparam("ids", expanding=True)))
    .group_by(Task.ticket_id, Task.state)
)


def _counts(rows: Sequence[Any]) -> dict[int, tuple[int, int]]:
    """Ticket → how many of its tasks are done, and how many there are; those with an open one alone."""
    ids = [row.id for row in rows] if making.in_use() else []
    open_now: dict[int, int] = {}
    done: dict[int, int] = {}
    for row in reading().all(_ASKED, {"ids": ids}) if ids else ():
        (open_now if row.state == "open" else done)[row.ticket_id] = row.tasks
    return {ticket_id: (done.get(ticket_id, 0), done.get(ticket_id, 0) + left) for ticket_id, left in open_now.items()}


def _marks(rows: Sequence[Any]) -> Mapping[int, str]:
    """A tick with "1/3"."""
    return {
        ticket_id: Markup(render_template("tasks/mark.html", done=done, all=count, words=_said(done, count)))  # noqa: S704  # autoescaped
        for ticket_id, (done, count) in _counts(rows).items()
    }


def _words(rows: Sequence[Any]) -> Mapping[int, str]:
    """The same in words."""
    return {ticket_id: _said(*numbers) for ticket_id, numbers in _counts(rows).items()}


def _said(done: int, count: int) -> str:
    """How far they are."""
    return str(ngettext("%(done)s of %(num)d task done", "%(done)s of %(num)d tasks done", count, done=done))


def fields() -> list[Field]:
    """What conditions can ask. A ticket that is not stored yet has none."""
    own = select(func.count(Task.id)).where(Task.ticket_id == Ticket.id).correlate(Ticket)
    open_ones = select(Task.id).where(Task.ticket_id == Ticket.id, Task.state == "open").correlate(Ticket)
    group = _("Tasks")
    return [
        Field(
            "tasks", _("Number of tasks"), FieldType.NUMBER, own.scalar_subquery(), "tasks",
            read=lambda draft: 0, is_early=False, group=group,
        ),
        Field(
            "open_tasks", _("Has open tasks"), FieldType.BOOLEAN, open_ones.exists(), "open_tasks",
            read=lambda draft: False, is_early=False, group=group,
        ),
    ]  # fmt: skip


def actions() -> list[FilterAction]:
    """Give a new ticket a checklist, once it is stored."""

    def choices() -> list[tuple[int, str]]:
        return [(one.id, one.name) for one in checklists.kept().values()]

    def check(values: Mapping[str, Any]) -> str:
        return "" if values.get("checklist") in checklists.kept() else str(_("the checklist is gone"))

    def after(event: Event, values: Mapping[str, Any]) -> None:
        if event.name == "ticket_created":
            checklists.give_quietly(event.ticket_id, int(values["checklist"]), event.key)

    field = ActionField("checklist", _("Checklist"), "choice", choices)
    return [FilterAction("checklist", _("Add a checklist"), lambda draft, values: draft, (field,), check, after=after)]
