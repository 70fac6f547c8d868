"""How a queue shows its rows: columns, the looks of rows and cells whose conditions are met, and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, Field, Group, criteria
from hookdesk_desk.layout import Cell, Head, Layout
from hookdesk_queues import columns, fields

Spec = Mapping[str, Any]
Looks = Mapping[int, Mapping[str, str]]
"""Ticket id → column, or "" for the row → classes."""


def layout(
    actor: Actor, rows: Sequence[Any], wanted: Sequence[Spec], styles: Sequence[Spec], address: tuple[str, str]
) -> Layout | None:
    """The columns and looks of these rows; None if they are shown as the desk does by itself."""
    marks = columns.marks(rows)
    if not wanted and not styles:
        return Layout(marks=marks) if marks else None
    known = columns.known() if wanted else {}
    shown = [(one, known[one["name"]]) for one in wanted if one["name"] in known]
    rules = _rules(actor, styles)
    values = _values(rows, [column.field for _one, column in shown if column.field is not None], rules)
    looks = {row.id: _looks(rules, values[row.id]) for row in rows} if rules else {}
    whole = {ticket_id: css[""] for ticket_id, css in looks.items() if "" in css}
    if not shown:
        return Layout(rows=whole, marks=marks)
    drawn = [(one, column, columns.cells(actor, column, rows, values, address)) for one, column in shown]
    return Layout(
        heads=[_head(one, column) for one, column in shown],
        cells={
            row.id: [
                Cell(
                    html.get(row.id, "") + (marks.get(row.id, "") if column.name == "subject" else ""),
                    f"{column.css} {looks.get(row.id, {}).get(column.name, '')}".strip(),
                )
                for _one, column, html in drawn
            ]
            for row in rows
        },
        rows=whole,
        marks=marks,
    )


def _head(one: Spec, column: columns.Column) -> Head:
    """A column's head, as the queue names it."""
    css = "right" if "right" in column.css else ""
    return Head(one.get("label") or column.label, css, *column.sorts, one.get("width") or column.width)


def _rules(actor: Actor, styles: Sequence[Spec]) -> list[tuple[str, str, Group]]:
    """Styles as (target, classes, conditions); one that names what is gone is passed over."""
    known, found = fields.stored(), []
    for one in styles:
        try:
            group = criteria.load(one["conditions"], known, is_stored=True)
        except criteria.CriteriaProblem:
            continue
        found.append((one["target"], f"look-{one['look']}", criteria.resolved(group, known, actor)))
    return found


def _values(rows: Sequence[Any], shown: Sequence[Field], rules: Sequence[tuple[str, str, Group]]) -> columns.Values:
    """What columns and styles look at, in one query for the fields with one value."""
    known = fields.stored()
    names = {one.field for _target, _css, group in rules for one in criteria.comparisons(group)}
    needed = {field.name: field for field in shown} | {name: known[name] for name in names if name in known}
    return criteria.stored_values([row.id for row in rows], needed) if needed and rows else {row.id: {} for row in rows}


def _looks(rules: Sequence[tuple[str, str, Group]], values: Mapping[str, Any]) -> dict[str, str]:
    """The classes that a ticket's values earn."""
    found: dict[str, str] = {}
    for target, css, group in rules:
        if criteria.matches(group, values):
            found[target] = f"{found.get(target, '')} {css}".strip()
    return found
