"""What can be said of conditions without a ticket: that they never hold, or that one set of them holds only where another does.

Careful, not complete: "yes" is certain, "no" may mean that it is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping

from hookdesk.api import Comparison, Field, Group, Mode, Operator, criteria

_PARTIAL = frozenset({Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH})
_BELOW, _ABOVE = frozenset({Operator.LESS, Operator.BEFORE}), frozenset({Operator.MORE, Operator.AFTER})


def never(group: Group, fields: Mapping[str, Field]) -> bool:
    """True if no ticket can meet the conditions."""
    if not group.parts:
        return False
    parts = [isinstance(part, Group) and never(part, fields) for part in group.parts]
    if group.mode is Mode.ANY:
        return all(parts)
    if group.mode is Mode.NONE:
        return any(isinstance(part, Group) and always(part) for part in group.parts)
    plain = clauses(group)
    return any(parts) or any(
        excludes(one, other, fields[one.field].is_many)
        for one in plain
        for other in plain
        if isinstance(one, Comparison) and isinstance(other, Comparison) and one.field == other.field
    )


def always(group: Group) -> bool:
    """True if every ticket meets the conditions."""
    if not group.parts:
        return True
    inner = [isinstance(part, Group) and always(part) for part in group.parts]
    return any(inner) if group.mode is Mode.ANY else group.mode is Mode.ALL and all(inner)


def clauses(part: Group | Comparison) -> list[Group | Comparison]:
    """What must all hold: the parts of `all` groups, those in them included, anything else as it is."""
    if isinstance(part, Group) and (part.mode is Mode.ALL or (len(part.parts) == 1 and part.mode is Mode.ANY)):
        return [clause for inner in part.parts for clause in clauses(inner)]
    return [part]


def implies(one: Group, other: Group | Comparison) -> bool:
    """True if whatever meets `one` meets `other`, too."""
    if one.mode is Mode.ANY and len(one.parts) > 1:
        return all(implies(Group(Mode.ALL, (part,)), other) for part in one.parts)
    held = clauses(one)
    if isinstance(other, Comparison):
        return any(isinstance(clause, Comparison) and entails(clause, other) for clause in held)
    if other in held or not other.parts:
        return True
    if other.mode is Mode.NONE:
        return False
    inner = (implies(one, part) for part in other.parts)
    return all(inner) if other.mode is Mode.ALL else any(inner)


def entails(one: Comparison, other: Comparison) -> bool:
    """True if a value that meets one comparison meets the other."""
    if one.field != other.field:
        return False
    if one == other:
        return True
    if other.operator is Operator.IS_NOT_EMPTY:
        return one.operator not in criteria.NEGATED
    if one.operator in (Operator.IS, Operator.IN):
        wanted = one.value if one.operator is Operator.IN else (one.value,)
        return other.operator not in criteria.NEGATED and all(_meets(value, other) for value in wanted)
    if one.operator in _PARTIAL and other.operator in (Operator.CONTAINS, Operator.CONTAINS_ANY):
        return _meets(one.value, other)
    if one.operator in _PARTIAL and one.operator is other.operator:
        return _meets(one.value, other)
    if one.operator is other.operator and one.operator in _BELOW | _ABOVE:
        return bool(one.value <= other.value if one.operator in _BELOW else one.value >= other.value)
    return False


def excludes(one: Comparison, other: Comparison, is_many: bool) -> bool:
    """True if no value meets both comparisons of a field; a field that is many meets different ones with different values."""
    opposite = criteria.NEGATED.get(other.operator)
    if opposite is not None:
        return entails(one, Comparison(other.field, opposite, other.value))
    if is_many or one.operator in criteria.NEGATED:
        return False
    if one.operator in (Operator.IS, Operator.IN):
        wanted = one.value if one.operator is Operator.IN else (one.value,)
        return not any(_meets(value, other) for value in wanted)
    if one.operator in _BELOW and other.operator in _ABOVE:
        return bool(one.value <= other.value)
    if one.operator is other.operator and one.operator in (Operator.STARTS_WITH, Operator.ENDS_WITH):
        return not _meets(one.value, other) and not _meets(other.value, one)
    return False


def _meets(value: object, comparison: Comparison) -> bool:
    """True if a value meets a comparison."""
    return criteria.matches(Group(Mode.ALL, (comparison,)), {comparison.field: value})
