"""Orders by any field: expressions that are never NULL, over the newest tickets of a list."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, func, literal, select

from hookdesk.api import (
    Agent,
    Department,
    Field,
    FieldType,
    Organization,
    Status,
    Team,
    Ticket,
    User,
    cached,
    clock,
    criteria,
    listing,
)
from hookdesk_queues import fields

MOST_CHOICES = 200
LOWEST = -(2**31)
BY = "by:"
"""Begins the name of an order by a field: "by:subject", and "by:-subject" for the other direction."""


def words() -> dict[str, str]:
    """The orders that an index supports: name → label."""
    return {
        "activity": _("Last activity"), "created": _("Newest first"), "oldest": _("Oldest first"),
        "priority": _("Most urgent first"), "due": _("Due first"),
    }  # fmt: skip


def label(name: str) -> str:
    """An order in words; "" if there is none of that name."""
    known = words().get(name)
    if known is not None or not name.startswith(BY):
        return known or ""
    field = fields.stored().get(name.removeprefix(BY).removeprefix("-"))
    if field is None:
        return ""
    if name.startswith(f"{BY}-"):
        return str(_("%(field)s, from the end", field=field.label))
    return str(field.label)


def order(name: str) -> listing.Sort | None:
    """The order of that name; None if there is none, or if its field is gone."""
    if not name.startswith(BY):
        return listing.SORTS.get(name)
    wanted = name.removeprefix(BY)
    field = fields.stored().get(wanted.removeprefix("-"))
    key = sort_key(field) if field is not None else None
    return listing.Sort(name, key, wanted.startswith("-"), is_indexed=False) if key is not None else None


def sortable() -> list[tuple[str, str]]:
    """Every field that orders: (name, label)."""
    return [(field.name, str(field.label)) for field in fields.stored().values() if is_sortable(field.name)]


def is_sortable(name: str) -> bool:
    """True for a field that orders. Every head asks, and putting an order together takes long."""

    def names() -> frozenset[str]:
        return frozenset(name for name, field in fields.stored().items() if sort_key(field) is not None)

    return name in cached("queues.sortable", names)


def sort_key(field: Field) -> ColumnElement[Any] | None:
    """What a field sorts by: names rather than ids; None for one that cannot."""
    if field.name in _names():
        return func.lower(func.coalesce(_names()[field.name], ""))
    if field.name == "priority":
        return Ticket.priority_rank  # type: ignore[return-value]  # a mapped column is an expression
    if field.column is None or field.is_many:
        return None
    column = criteria.element(field)
    match field.type:
        case FieldType.TEXT:
            return func.lower(func.coalesce(column, ""))
        case FieldType.NUMBER:
            return func.coalesce(column, LOWEST)
        case FieldType.MOMENT:
            return func.coalesce(column, literal(clock.NEVER, column.type), type_=column.type)
        case FieldType.BOOLEAN:
            return case((column, 1), else_=0)
    places = {value: place for place, value in enumerate(fields.labels(field))}
    return case(places, value=column, else_=len(places)) if 0 < len(places) <= MOST_CHOICES else None


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Any]:
    """The names behind ids."""
    pairs = (
        ("assignee", Agent, Ticket.assignee_id), ("department", Department, Ticket.department_id), ("team", Team, Ticket.team_id),
        ("organization", Organization, Ticket.organization_id), ("requester", User, Ticket.user_id), ("status", Status, Ticket.status_id),
    )  # fmt: skip
    return {
        name: select(model.name).where(model.id == column).correlate(Ticket).scalar_subquery()
        for name, model, column in pairs
    }
