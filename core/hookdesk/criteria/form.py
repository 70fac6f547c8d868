"""The JSON form of conditions, versioned and checked: what is loaded is known to be well-formed and bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hookdesk import clock
from hookdesk.criteria.fields import operators_of
from hookdesk.criteria.patterns import BadPattern, compiled
from hookdesk.criteria.relative import PERIODS, span
from hookdesk.criteria.sql import value_type
from hookdesk.models import LARGEST_ID
from hookdesk.text import storable
from hookdesk.types.criteria import ALONE, LISTED, NEGATED, SPANS, Comparison, Field, FieldType, Group, Mode, Operator

VERSION = 1
EMPTY = Group(Mode.ALL)
"""No condition: every ticket."""
LARGEST_NUMBER = 2**31 - 1
"""What a plain integer column of PostgreSQL is compared with."""
MOST_DEPTH, MOST_PARTS, MOST_CHARACTERS = 5, 100, 1000
MOST_QUOTED = 80
MOST_COMPARISONS, MOST_VALUES, MOST_WORDS = 400, 5000, 200
"""In all: comparisons and values of lists. And the words of one `contains_any`, each of which is searched for by itself."""


Place = tuple[int, ...]
"""Where something stands: the number of its part, and of the part in that."""


class CriteriaProblem(ValueError):
    """A condition cannot be used; the message says where it stands and what is wrong with it."""


def _problem(where: Place, said: str) -> CriteriaProblem:
    """What is wrong, and where: "conditions, part 1, part 2: …"."""
    place = ", ".join([_("conditions"), *(_("part %(number)s", number=number) for number in where)])
    return CriteriaProblem(f"{place}: {said}")


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


def load(data: Mapping[str, Any], fields: Mapping[str, Field], is_stored: bool = False) -> Group:
    """A group from its JSON form; see `operators_of` for `is_stored`.

    Raises:
        CriteriaProblem: unknown version, field, mode or operator, a value of the wrong type, or too much of anything.
    """
    if data.get("version") != VERSION:
        raise _problem((), _("this version of them is not known here"))
    group = _load_group(data, fields, is_stored, ())
    found = list(comparisons(group))
    if len(found) > MOST_COMPARISONS:
        told = _(
            "at most %(most)s comparisons in all, and these are %(count)s", most=MOST_COMPARISONS, count=len(found)
        )
        raise _problem((), told)
    if sum(len(one.value) for one in found if isinstance(one.value, tuple)) > MOST_VALUES:
        raise _problem((), _("at most %(most)s values in all their lists", most=MOST_VALUES))
    return group


def comparisons(group: Group) -> Iterator[Comparison]:
    """Every comparison of a group and of the groups in it."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from comparisons(part)
        else:
            yield part


def _load_group(data: Mapping[str, Any], fields: Mapping[str, Field], is_stored: bool, where: Place) -> Group:
    """One group and its parts."""
    if len(where) >= MOST_DEPTH:
        raise _problem(where, _("groups may be nested %(most)s deep", most=MOST_DEPTH))
    parts = data.get("parts")
    if data.get("mode") not in list(Mode) or not isinstance(parts, list):
        raise _problem(where, _("a group needs a mode (all, any or none) and a list of parts"))
    if len(parts) > MOST_PARTS:
        raise _problem(where, _("a group has at most %(most)s parts", most=MOST_PARTS))
    loaded = [_load_part(part, fields, is_stored, (*where, number)) for number, part in enumerate(parts, 1)]
    return Group(Mode(data["mode"]), tuple(loaded))


def _load_part(part: Any, fields: Mapping[str, Field], is_stored: bool, where: Place) -> Group | Comparison:
    """A nested group or a comparison."""
    if not isinstance(part, Mapping):
        raise _problem(where, _("this is neither a group nor a comparison"))
    if "mode" in part:
        return _load_group(part, fields, is_stored, where)
    field = fields.get(str(part.get("field")))
    if field is None:
        raise _problem(where, _("there is no field “%(name)s”", name=str(part.get("field"))[:MOST_QUOTED]))
    if part.get("operator") not in list(Operator) or Operator(part["operator"]) not in operators_of(field, is_stored):
        raise _problem(where, _("%(field)s cannot be compared like this", field=field.label))
    operator = Operator(part["operator"])
    return Comparison(field.name, operator, _value(part.get("value"), field, operator, where))


def _value(value: Any, field: Field, operator: Operator, where: Place) -> Any:
    """The value in the field's type."""
    if operator in ALONE:
        return None
    if operator in LISTED:
        most = MOST_WORDS if operator is Operator.CONTAINS_ANY else MOST_VALUES
        if not isinstance(value, list | tuple) or not 0 < len(value) <= most:
            raise _problem(where, _("%(field)s needs a list of 1 to %(most)s values", field=field.label, most=most))
        return tuple(_single(item, field, where) for item in value)
    if operator in SPANS or operator is Operator.DURING:
        return _relative(value, field, operator, where)
    if NEGATED.get(operator, operator) is Operator.MATCHES:
        return _pattern(_single(value, field, where), field, where)
    return _single(value, field, where)


def _relative(value: Any, field: Field, operator: Operator, where: Place) -> str:
    """A span of time, or the name of a period."""
    try:
        known = str(value) in PERIODS if operator is Operator.DURING else bool(span(str(value)))
    except ValueError:
        known = False
    if not known:
        raise _no_value(value, field, where)
    return str(value)


def _pattern(value: str, field: Field, where: Place) -> str:
    """A regular expression that can be used."""
    try:
        compiled(value)
    except BadPattern as error:
        told = _(
            "%(field)s: “%(value)s” is no regular expression of RE2: %(error)s",
            field=field.label, value=value[:MOST_QUOTED], error=error,
        )  # fmt: skip
        raise _problem(where, told) from None
    return value


def _no_value(value: Any, field: Field, where: Place) -> CriteriaProblem:
    """That something is no value for a field; most often nothing was filled in."""
    if value in (None, ""):
        return _problem(where, _("fill in with what %(field)s is compared", field=field.label))
    told = _("“%(value)s” is no value for %(field)s", value=str(value)[:MOST_QUOTED], field=field.label)
    return _problem(where, told)


def _single(value: Any, field: Field, where: Place) -> Any:
    """One value, checked."""
    if field.type is FieldType.MOMENT:
        try:
            return clock.parse(str(value))
        except ValueError:
            raise _no_value(value, field, where) from None
    kind = type(value)
    if field.type is FieldType.BOOLEAN:
        good = kind is bool
    elif field.type is FieldType.NUMBER:
        good = kind in (int, float) and abs(value) <= LARGEST_NUMBER
    elif field.type is FieldType.TEXT:
        good = kind is str and 0 < len(value) <= MOST_CHARACTERS and storable(value) == value
    else:  # a column takes values of its own type alone: PostgreSQL would not compare others with it
        good = kind is value_type(field) and 0 < len(str(value)) <= MOST_CHARACTERS
        good = good and storable(value) == value and (kind is str or abs(value) <= LARGEST_ID)
    if not good:
        raise _no_value(value, field, where)
    return value
