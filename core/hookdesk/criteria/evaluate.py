"""Conditions on what is not stored yet, evaluated in Python, with an explanation of each comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.types.criteria import Comparison, Group, Mode, Operator


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison, what it met, and whether it held: the words of the trace."""

    field: str
    operator: str
    value: Any
    actual: Any
    result: bool


def matches(group: Group, values: Mapping[str, Any], findings: list[Finding] | None = None) -> bool:
    """True if the values (field name → value, None for empty) meet the conditions.

    With `findings` every comparison is made and noted, so that the trace is complete; without, the first that decides ends it.
    """
    results = (_part(part, values, findings) for part in group.parts)
    if findings is not None:
        results = iter([*results])  # type: ignore[assignment]  # evaluated in full on purpose
    if not group.parts:
        return True
    if group.mode is Mode.ALL:
        return all(results)
    return any(results) if group.mode is Mode.ANY else not any(results)


def _part(part: Group | Comparison, values: Mapping[str, Any], findings: list[Finding] | None) -> bool:
    """A nested group or a comparison."""
    if isinstance(part, Group):
        return matches(part, values, findings)
    actual = values.get(part.field)
    result = compare(part.operator, actual, part.value)
    if findings is not None:
        findings.append(Finding(part.field, str(part.operator), part.value, actual, result))
    return result


def compare(operator: Operator, actual: Any, wanted: Any) -> bool:
    """One comparison. Text ignores case; an empty value is unequal to every value, and neither less nor more."""
    empty = actual is None or actual == ""
    if operator is Operator.IS_EMPTY:
        return empty
    if operator is Operator.IS_NOT_EMPTY:
        return not empty
    if operator in (Operator.IS_NOT, Operator.NOT_CONTAINS):
        return empty or not _POSITIVE[operator](_fold(actual), _fold(wanted))
    return not empty and _POSITIVE[operator](_fold(actual), _fold(wanted))


def _fold(value: Any) -> Any:
    """Text in lower case, the same as SQL's lower()."""
    if isinstance(value, str):
        return value.lower()
    return tuple(_fold(item) for item in value) if isinstance(value, tuple) else value


_POSITIVE: Mapping[Operator, Callable[[Any, Any], bool]] = {
    Operator.IS: lambda actual, wanted: bool(actual == wanted),
    Operator.IS_NOT: lambda actual, wanted: bool(actual == wanted),
    Operator.IN: lambda actual, wanted: actual in wanted,
    Operator.CONTAINS: lambda actual, wanted: wanted in actual,
    Operator.NOT_CONTAINS: lambda actual, wanted: wanted in actual,
    Operator.STARTS_WITH: lambda actual, wanted: bool(actual.startswith(wanted)),
    Operator.LESS: lambda actual, wanted: bool(actual < wanted),
    Operator.MORE: lambda actual, wanted: bool(actual > wanted),
    Operator.BEFORE: lambda actual, wanted: bool(actual < wanted),
    Operator.AFTER: lambda actual, wanted: bool(actual > wanted),
}
