"""Quick filters: a menu of the values of one field above a list."""

from __future__ import annotations

from itertools import islice
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false

from hookdesk.api import Actor, Comparison, Field, FieldType, Group, Mode, Operator, criteria
from hookdesk_desk.queues import QuickFilter
from hookdesk_queues import fields

MOST = 300
PERIODS = ("today", "yesterday", "this_week", "last_week", "this_month", "last_month", "past", "future")


def offered() -> list[tuple[str, str]]:
    """The fields that make a menu: (name, label)."""
    return [(field.name, str(field.label)) for field in fields.stored().values() if is_menu(field)]


def is_known(name: str) -> bool:
    """True if that field makes a menu."""
    field = fields.stored().get(name)
    return field is not None and is_menu(field)


def is_menu(field: Field) -> bool:
    """True for a field with a handful of values."""
    if field.type is FieldType.CHOICE:
        return 0 < len(fields.labels(field)) <= MOST
    return field.type in (FieldType.BOOLEAN, FieldType.MOMENT)


def menu(name: str, reader: Actor) -> QuickFilter | None:
    """The menu of a field, with the choices that a reader may know of; None if there is nothing to choose."""
    field = fields.offered(reader).get(name)
    values = _values(field) if field is not None else {}
    if field is None or not values:
        return None
    is_bounded = name not in fields.COVERED

    def condition(actor: Actor, sent: str) -> ColumnElement[bool]:
        if sent not in values:
            return false()
        operator = Operator.DURING if field.type is FieldType.MOMENT else Operator.IS
        group = Group(Mode.ALL, (Comparison(name, operator, values[sent][0]),))
        return criteria.where(criteria.resolved(group, {name: field}, actor), {name: field})

    return QuickFilter(
        str(field.label), [(key, label) for key, (_value, label) in values.items()], condition, is_bounded
    )


def _values(field: Field) -> dict[str, tuple[Any, str]]:
    """What stands in an address → the value and its label."""
    if field.type is FieldType.BOOLEAN:
        return {"yes": (True, _("yes")), "no": (False, _("no"))}
    if field.type is FieldType.MOMENT:
        return {name: (name, str(criteria.PERIOD_WORDS[name])) for name in PERIODS}
    found = field.choices() if field.choices is not None else ()
    return {str(value): (value, str(label)) for value, label in islice(found, MOST)}
