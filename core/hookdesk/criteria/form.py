"""The JSON form of conditions, versioned and checked: what is loaded is known to be well-formed and bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from hookdesk import clock
from hookdesk.criteria.fields import OPERATORS
from hookdesk.criteria.patterns import BadPattern, compiled
from hookdesk.criteria.sql import value_type
from hookdesk.models import LARGEST_ID
from hookdesk.types.criteria import ALONE, LISTED, NEGATED, Comparison, Field, FieldType, Group, Mode, Operator

VERSION = 1
EMPTY = Group(Mode.ALL)
"""No condition: every ticket."""
LARGEST_NUMBER = 2**31 - 1
"""What a plain integer column of PostgreSQL is compared with."""
MOST_DEPTH, MOST_PARTS, MOST_CHARACTERS = 5, 100, 1000
MOST_COMPARISONS, MOST_VALUES, MOST_WORDS = 400, 5000, 200
"""In all: comparisons and values of lists. And the words of one `contains_any`, each of which is searched for by itself."""


class CriteriaProblem(ValueError):
    """A condition cannot be used; the message says where it stands and what is wrong with it."""


def dump(group: Group) -> dict[str, Any]:
    """A group as JSON with its version."""
    return {"version": VERSION, **_dump(group)}


def _dump(part: Group | Comparison) -> dict[str, Any]:
    """One node."""
    if isinstance(part, Group):
        return {"mode": str(part.mode), "parts": [_dump(inner) for inner in part.parts]}
    value = part.value.isoformat() if isinstance(part.value, datetime) else part.value
    return {
        "field": part.field,
        "operator": str(part.operator),
        "value": list(value) if isinstance(value, tuple) else value,
    }


def load(data: Mapping[str, Any], fields: Mapping[str, Field]) -> Group:
    """A group from its JSON form.

    Raises:
        CriteriaProblem: unknown version, field, mode or operator, a value of the wrong type, or too much of anything.
    """
    if data.get("version") != VERSION:
        raise CriteriaProblem(f"conditions of version {data.get('version')!r} are not known here")
    group = _load_group(data, fields, "conditions", 1)
    found = list(comparisons(group))
    if len(found) > MOST_COMPARISONS:
        raise CriteriaProblem(f"conditions: at most {MOST_COMPARISONS} comparisons in all, and these are {len(found)}")
    if sum(len(one.value) for one in found if isinstance(one.value, tuple)) > MOST_VALUES:
        raise CriteriaProblem(f"conditions: at most {MOST_VALUES} values in all their lists")
    return group


def comparisons(group: Group) -> Iterator[Comparison]:
    """Every comparison of a group and of the groups in it."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from comparisons(part)
        else:
            yield part


def _load_group(data: Mapping[str, Any], fields: Mapping[str, Field], where: str, depth: int) -> Group:
    """One group and its parts."""
    if depth > MOST_DEPTH:
        raise CriteriaProblem(f"{where}: groups may be nested {MOST_DEPTH} deep")
    parts = data.get("parts")
    if data.get("mode") not in list(Mode) or not isinstance(parts, list):
        raise CriteriaProblem(f"{where}: a group needs a mode (all, any or none) and a list of parts")
    if len(parts) > MOST_PARTS:
        raise CriteriaProblem(f"{where}: a group has at most {MOST_PARTS} parts")
    loaded = [_load_part(part, fields, f"{where}, part {place}", depth) for place, part in enumerate(parts, 1)]
    return Group(Mode(data["mode"]), tuple(loaded))


def _load_part(part: Any, fields: Mapping[str, Field], where: str, depth: int) -> Group | Comparison:
    """A nested group or a comparison."""
    if not isinstance(part, Mapping):
        raise CriteriaProblem(f"{where}: this is neither a group nor a comparison")
    if "mode" in part:
        return _load_group(part, fields, where, depth + 1)
    field = fields.get(str(part.get("field")))
    if field is None:
        raise CriteriaProblem(f"{where}: there is no field {part.get('field')!r}")
    if part.get("operator") not in list(Operator) or Operator(part["operator"]) not in OPERATORS[field.type]:
        raise CriteriaProblem(f"{where}: {field.label} cannot be compared by {part.get('operator')!r}")
    operator = Operator(part["operator"])
    return Comparison(field.name, operator, _value(part.get("value"), field, operator, where))


def _value(value: Any, field: Field, operator: Operator, where: str) -> Any:
    """The value in the field's type."""
    if operator in ALONE:
        return None
    if operator in LISTED:
        most = MOST_WORDS if operator is Operator.CONTAINS_ANY else MOST_VALUES
        if not isinstance(value, list | tuple) or not 0 < len(value) <= most:
            raise CriteriaProblem(f"{where}: {field.label} needs a list of 1 to {most} values")
        return tuple(_single(item, field, where) for item in value)
    if NEGATED.get(operator, operator) is Operator.MATCHES:
        return _pattern(_single(value, field, where), field, where)
    return _single(value, field, where)


def _pattern(value: str, field: Field, where: str) -> str:
    """A regular expression that can be used."""
    try:
        compiled(value)
    except BadPattern as error:
        raise CriteriaProblem(f"{where}: {field.label}: {value!r} is no regular expression of RE2: {error}") from None
    return value


def _single(value: Any, field: Field, where: str) -> Any:
    """One value, checked."""
    wrong = CriteriaProblem(f"{where}: {value!r} is no value for {field.label} ({field.type})")
    if field.type is FieldType.MOMENT:
        try:
            return clock.parse(str(value))
        except ValueError:
            raise wrong from None
    kind = type(value)
    if field.type is FieldType.BOOLEAN:
        good = kind is bool
    elif field.type is FieldType.NUMBER:
        good = kind in (int, float) and abs(value) <= LARGEST_NUMBER
    elif field.type is FieldType.TEXT:
        good = kind is str and 0 < len(value) <= MOST_CHARACTERS and "\x00" not in value
    else:  # a column takes values of its own type alone: PostgreSQL would not compare others with it
        good = kind is value_type(field) and 0 < len(str(value)) <= MOST_CHARACTERS
        good = good and (kind is not str or "\x00" not in value) and (kind is str or abs(value) <= LARGEST_ID)
    if not good:
        raise wrong
    return value
