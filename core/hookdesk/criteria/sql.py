"""Conditions on stored tickets, as SQL. A property test holds this equal to `evaluate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, Select, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from hookdesk.types.criteria import NEGATED, Comparison, Field, Group, Mode, Operator


class NotInSql(ValueError):
    """A comparison that the database cannot make: a regular expression, or a field that stored tickets do not have."""


def where(group: Group, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """The conditions as one SQL expression.

    Raises:
        NotInSql: `narrowed` has to do, and `matches` decides about what it leaves.
        KeyError: a field is not known; `load` has checked that for everything it returns.
    """
    return _group(group, fields, None)


def narrowed(group: Group, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """SQL that leaves out no ticket that meets the conditions, and as few others as can be: what it cannot compare is taken to hold."""
    return _group(group, fields, unknown=True)


def is_in_sql(group: Group, fields: Mapping[str, Field]) -> bool:
    """True if `where` can say it all."""
    return all(
        is_in_sql(part, fields) if isinstance(part, Group) else _is_comparable(part, fields[part.field])
        for part in group.parts
    )


def element(field: Field) -> Any:
    """The SQL expression of one value of a field."""
    return field.column.selected_columns[0] if field.is_many and isinstance(field.column, Select) else field.column


def value_type(field: Field) -> type:
    """The Python type of a field's values."""
    return str if field.column is None else element(field).type.python_type


def _is_comparable(part: Comparison, field: Field) -> bool:
    """True if the database can make this comparison."""
    return field.column is not None and NEGATED.get(part.operator, part.operator) is not Operator.MATCHES


def _group(group: Group, fields: Mapping[str, Field], unknown: bool | None) -> ColumnElement[bool]:
    """A group; `unknown` stands in for what cannot be compared, None raises instead. Inside `none` the cautious answer is the other one."""
    inner = not unknown if unknown is not None and group.mode is Mode.NONE else unknown
    parts = [
        _group(part, fields, inner) if isinstance(part, Group) else _comparison(part, fields[part.field], inner)
        for part in group.parts
    ]
    if not parts:
        return true()
    if group.mode is Mode.ALL:
        return and_(*parts)
    return or_(*parts) if group.mode is Mode.ANY else not_(or_(*parts))


def _comparison(part: Comparison, field: Field, unknown: bool | None) -> ColumnElement[bool]:
    """A comparison; NULL never decides, so that NOT means what it says."""
    if not _is_comparable(part, field):
        if unknown is None:
            raise NotInSql(f"{field.label}: this cannot be asked of stored tickets")
        return true() if unknown else false()
    found = _held(element(field), NEGATED.get(part.operator, part.operator), part.value)
    if field.empty is not None:
        found = and_(found, field.column != field.empty)
    if field.owner is not None:
        found = field.owner[0].in_(select(field.owner[1]).where(found))
    elif field.is_many:
        found = field.column.where(found).exists()
    return not_(found) if part.operator in NEGATED else found


def _held(column: Any, operator: Operator, value: Any) -> ColumnElement[bool]:
    """True for a value that is there and meets a positive operator; never NULL."""
    wanted = _lower(value)
    if column.type.python_type is not str:
        if operator is Operator.IS_NOT_EMPTY:
            return column.is_not(None)  # type: ignore[no-any-return]  # a column's operators, here and below
        if wanted is True and not isinstance(column, ColumnClause | InstrumentedAttribute):
            return and_(column.is_not(None), column)  # a condition itself: said plainly, so that an index can answer it
        found = _positive(column, operator, wanted)
        return found if not getattr(column, "nullable", True) else and_(column.is_not(None), found)
    text = func.lower(func.coalesce(column, ""))
    if operator is Operator.IS_NOT_EMPTY or wanted in ("", ()):
        needs_more = operator in (Operator.IS, Operator.IN, Operator.CONTAINS_ANY)
        return false() if needs_more else func.coalesce(column, "") != ""
    return _positive(text, operator, wanted)


def _positive(column: Any, operator: Operator, wanted: Any) -> ColumnElement[bool]:
    """The comparison itself, with a value that is not empty."""
    found: ColumnElement[bool]
    match operator:
        case Operator.IS:
            found = column == wanted
        case Operator.IN:
            found = column.in_(wanted) if wanted else false()
        case Operator.CONTAINS:
            found = column.contains(wanted, autoescape=True)
        case Operator.CONTAINS_ANY:
            found = or_(*(column.contains(word, autoescape=True) for word in wanted))
        case Operator.STARTS_WITH:
            found = column.startswith(wanted, autoescape=True)
        case Operator.ENDS_WITH:
            found = column.endswith(wanted, autoescape=True)
        case Operator.LESS | Operator.BEFORE:
            found = column < wanted
        case _:
            found = column > wanted
    return found


def _lower(value: Any) -> Any:
    """Text in lower case, as `evaluate` folds it; of several, those that are not empty, and all of them floats if one is.

    Drivers take the type of a list from its first value, and would cut 1.5 behind a 0.
    """
    if isinstance(value, str):
        return value.lower()
    if not isinstance(value, tuple):
        return value
    kept = tuple(_lower(item) for item in value if item != "")
    return tuple(map(float, kept)) if any(isinstance(item, float) for item in kept) else kept
