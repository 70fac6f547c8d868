"""Columns of lists: what a row shows by itself, any field of conditions, and what plugins add."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import get_template_attribute
from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup, escape

from hookdesk.api import Actor, Field, FieldType, ListColumn, site
from hookdesk_desk import due, links
from hookdesk_desk.views.queue import is_long
from hookdesk_queues import fields, sorting
from hookdesk_queues.hookspecs import QueueHooks

Values = Mapping[int, Mapping[str, Any]]
"""Ticket id → field → value."""
TEMPLATE = "queues/cells.html"
MOST_WORDS = 500
WIDTH = "medium"
"""The width of columns that nobody gave one: the subject takes what the others leave."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the value of a `field`, what a plugin `added`, or, with neither, what the rows hold already."""

    name: str
    label: str
    group: str
    width: str = ""
    css: str = ""
    sorts: tuple[str, str] = ("", "")
    field: Field | None = None
    added: ListColumn | None = None


def known() -> dict[str, Column]:
    """Every column by name: of the rows, of plugins, then of the other fields."""
    found = _of_rows()
    for one in site().hooks.collect(QueueHooks.list_columns):
        if not one.is_mark and one.name not in found:
            found[one.name] = Column(one.name, str(one.label), _("More"), WIDTH, sorts=_sorted(one.name), added=one)
    for name, field in fields.stored().items():
        if name not in found and (field.type is not FieldType.CHOICE or field.choices is not None):
            found[name] = Column(
                name, str(field.label), str(field.group) or _("More"), WIDTH, sorts=_sorted(name), field=field
            )
    return found


def _sorted(name: str) -> tuple[str, str]:
    """The orders of a field's head: by the first click, and by the second."""
    return (f"{sorting.BY}{name}", f"{sorting.BY}-{name}") if sorting.is_sortable(name) else ("", "")


def _of_rows() -> dict[str, Column]:
    """What the rows of a list hold already."""
    group = _("Ticket")
    made = [
        Column("number", _("Ticket"), group, "num", "c-num", ("created", "oldest")),
        Column("subject", _("Subject"), group, "", "c-subject", _sorted("subject")),
        Column("requester", _("Requester"), group, "who", "c-who", _sorted("requester")),
        Column("assignee", _("Assignee"), group, "assignee", "c-assignee", _sorted("assignee")),
        Column("priority", _("Priority"), group, "prio", "c-prio", ("priority", "")),
        Column("status", _("Status"), group, "assignee", "c-status", _sorted("status")),
        Column("department", _("Department"), group, "assignee", "c-words", _sorted("department")),
        Column("organization", _("Organization"), group, "who", "c-words", _sorted("organization")),
        *([Column("due", _("Due"), group, "sla", "c-sla", ("due", ""))] if due.is_kept() else []),
        Column("created", _("Created"), group, "age", "c-age right", ("created", "oldest")),
        Column("activity", _("Updated"), group, "age", "c-age right", ("activity", "")),
    ]
    return {column.name: column for column in made}


def marks(rows: Sequence[Any]) -> Mapping[int, Markup]:
    """What plugins show beside the subjects."""
    found: dict[int, Markup] = {}
    if not rows:
        return found
    for one in site().hooks.collect(QueueHooks.list_columns):
        if one.is_mark:
            for ticket_id, shown in one.load(rows).items():
                found[ticket_id] = found.get(ticket_id, Markup()) + escape(shown)
    return found


def cells(
    actor: Actor, column: Column, rows: Sequence[Any], values: Values, address: tuple[str, str]
) -> Mapping[int, str | Markup]:
    """What a column shows for each ticket."""
    if column.added is not None:
        return {ticket_id: _words(escape(shown)) for ticket_id, shown in column.added.load(rows).items()}
    if column.field is not None:
        return {row.id: _words(escape(_said(column.field, values[row.id].get(column.name)))) for row in rows}
    draw: Callable[..., Markup] = get_template_attribute(TEMPLATE, column.name)
    if column.name == "due":
        chips = due.chips(rows)
        return {row.id: draw(chips.get(row.id)) for row in rows}
    if column.name == "subject":
        return {row.id: draw(row, *address, is_long(row.subject)) for row in rows}
    given = (links.user_url(actor),) if column.name == "requester" else ()
    return {row.id: draw(row, *given) for row in rows}


def _words(text: Markup) -> Markup:
    """Text that is cut at the end of its column."""
    return Markup('<span class="words" dir="auto">{}</span>').format(text) if text else Markup()


def _said(field: Field, value: Any) -> str:
    """A value as a reader sees it."""
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, tuple):
        return ", ".join(_said(field, one) for one in value if one is not None)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return str(format_datetime(value, "short"))
    if field.type is FieldType.CHOICE:
        return fields.labels(field).get(value, str(value))
    return str(value)[:MOST_WORDS]
