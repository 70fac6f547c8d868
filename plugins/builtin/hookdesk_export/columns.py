"""The columns of exports: those of lists, and any field of conditions; each value as a file takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import Field, FieldType, clock, criteria, shown_name
from hookdesk_queues import columns, fields
from hookdesk_queues.columns import Column

AT_FIRST = (
    "number",
    "subject",
    "requester",
    "email",
    "status",
    "priority",
    "department",
    "assignee",
    "created",
    "activity",
)
"""Columns of a list that names none itself."""
OF_ROWS = {
    "number": "number", "subject": "subject", "requester": "requester", "assignee": "assignee", "priority": "priority_name",
    "status": "status_name", "department": "department", "organization": "organization", "due": "due_at", "created": "created_at",
    "activity": "last_activity_at",
}  # fmt: skip
NAMED = ("priority", "status")
Cell = str | int | float | datetime | None


def known() -> dict[str, Column]:
    """Every column by name. Those of whole texts are left out, as are fields whose choices cannot be told. A number is one to calculate
    with, not its words.
    """
    found = {name: column for name, column in columns.known().items() if name not in ("body", "filename")}
    for name, field in fields.stored().items():
        if name in found and field.type is FieldType.NUMBER:
            found[name] = replace(found[name], field=field, added=None)
    return found


def cells(wanted: Sequence[Column], rows: Sequence[Any]) -> list[list[Cell]]:
    """The values of these rows (those of `listing.rows`), a few queries for all of them."""
    asked = {one.name: one.field for one in wanted if one.field is not None}
    values = criteria.stored_values([row.id for row in rows], asked) if asked and rows else {}
    added = {one.name: _added(one, rows) for one in wanted if one.added is not None}
    return [[_cell(one, row, values, added) for one in wanted] for row in rows]


def _added(column: Column, rows: Sequence[Any]) -> Mapping[int, str]:
    """What a plugin says of these rows, in plain text."""
    assert column.added is not None  # else it would not be asked
    words = column.added.words or column.added.load
    return {ticket_id: str(text) for ticket_id, text in words(rows).items()}


def _cell(
    column: Column, row: Any, values: Mapping[int, Mapping[str, Any]], added: Mapping[str, Mapping[int, str]]
) -> Cell:
    """One value."""
    if column.name in added:
        return added[column.name].get(row.id, "")
    if column.field is not None:
        return _said(column.field, values.get(row.id, {}).get(column.name))
    value: Cell = getattr(row, OF_ROWS[column.name])
    if column.name in NAMED:
        return shown_name(str(value))
    return None if value == clock.NEVER else value


def _said(field: Field, value: Any) -> Cell:
    """A field's value as a file takes it; several as one text."""
    if isinstance(value, tuple):
        several = [_said(field, one) for one in value if one not in (None, "")]
        return several[0] if len(several) == 1 else ", ".join(map(str, several))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value is None or isinstance(value, datetime):
        return value
    if field.type is FieldType.CHOICE:
        return fields.labels(field).get(value, str(value))
    return value if isinstance(value, int | float) else str(value)
