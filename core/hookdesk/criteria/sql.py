"""Conditions on stored tickets, as SQL. A property test holds this equal to `evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true

from hookdesk.types.criteria import Comparison, Field, FieldType, Group, Mode, Operator


def where(group: Group, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """The conditions as one SQL expression.

    Raises:
        KeyError: a field is not known; `load` has checked that for everything it returns.
    """
    parts = [_part(part, fields) for part in group.parts]
    if not parts:
        return true()
    if group.mode is Mode.ALL:
        return and_(*parts)
    return or_(*parts) if group.mode is Mode.ANY else not_(or_(*parts))


def _part(part: Group | Comparison, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """A nested group or a comparison; NULL never decides, so that NOT means what it says."""
    if isinstance(part, Group):
        return where(part, fields)
    field = fields[part.field]
    empty = _empty(field)
    if part.operator is Operator.IS_EMPTY:
        return empty
    if part.operator is Operator.IS_NOT_EMPTY:
        return not_(empty)
    if part.operator in (Operator.IS_NOT, Operator.NOT_CONTAINS):
        return or_(empty, not_(_positive(field, part)))
    if not getattr(field.column, "nullable", True) and field.type is not FieldType.TEXT:
        return _positive(field, part)
    return and_(not_(empty), _positive(field, part))


def _empty(field: Field) -> ColumnElement[bool]:
    """NULL, or the empty string."""
    column = field.column
    if field.type is FieldType.TEXT or (field.type is FieldType.CHOICE and _is_text(column)):
        return or_(column.is_(None), column == "")
    return column.is_(None)  # type: ignore[no-any-return]  # a column's is_()


def _is_text(column: Any) -> bool:
    """True for a column that holds strings."""
    return column.type.python_type is str


def _positive(field: Field, part: Comparison) -> ColumnElement[bool]:
    """The comparison itself, for a value that is not empty."""
    column: Any = func.lower(field.column) if _is_text(field.column) else field.column
    value = _lower(part.value)
    match part.operator:
        case Operator.IS | Operator.IS_NOT:
            return column == value  # type: ignore[no-any-return]  # a column's operators, here and below
        case Operator.IN:
            return column.in_(value) if value else false()
        case Operator.CONTAINS | Operator.NOT_CONTAINS:
            return column.contains(value, autoescape=True)  # type: ignore[no-any-return]
        case Operator.STARTS_WITH:
            return column.startswith(value, autoescape=True)  # type: ignore[no-any-return]
        case Operator.LESS | Operator.BEFORE:
            return column < value  # type: ignore[no-any-return]
        case _:
            return column > value  # type: ignore[no-any-return]


def _lower(value: Any) -> Any:
    """Text in lower case, as `evaluate` folds it."""
    if isinstance(value, str):
        return value.lower()
    return [_lower(item) for item in value] if isinstance(value, tuple) else value
