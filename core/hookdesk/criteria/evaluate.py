"""Conditions on what is not stored yet, evaluated in Python, with an explanation of each comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.criteria.patterns import compiled as compiled_pattern
from hookdesk.types.criteria import NEGATED, Comparison, Group, Mode, Operator


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison, what it met, and whether it held: the words of the trace."""

    field: str
    operator: str
    value: Any
    actual: Any
    result: bool


class Folded(dict[str, Any]):
    """Values as conditions compare them, each made ready when first asked for: None for empty, text in lower case, several as a tuple.

    Make one for a ticket, and many rules can share the work.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        """`given` is field name → value, None for empty."""
        super().__init__()
        self.given = given

    def __missing__(self, name: str) -> Any:
        """Make one ready."""
        found = self[name] = _fold(self.given.get(name))
        return found


Matcher = Callable[[Folded, list[Finding] | None], bool]
"""A compiled condition: what it says of values, and, if a list is given, each of its comparisons, none left out."""


def matches(group: Group, values: Mapping[str, Any], findings: list[Finding] | None = None) -> bool:
    """True if the values (field name → value, None for empty) meet the conditions.

    With `findings` every comparison is made and noted, so that the trace is complete; without, the first that decides ends it.
    """
    return compiled(group)(Folded(values), findings)


def compiled(group: Group) -> Matcher:
    """The conditions as one function, for whoever asks them often."""
    parts = [compiled(part) if isinstance(part, Group) else _comparison(part) for part in group.parts]
    is_none, joined = group.mode is Mode.NONE, all if group.mode is Mode.ALL else any

    def matcher(values: Folded, findings: list[Finding] | None) -> bool:
        if not parts:
            return True
        if findings is None:
            return joined(part(values, None) for part in parts) is not is_none
        return joined([part(values, findings) for part in parts]) is not is_none

    return matcher


def _comparison(part: Comparison) -> Matcher:
    """One comparison. An empty value meets no positive operator, and each that is the opposite of one."""
    name, is_negated = part.field, part.operator in NEGATED
    test = _TESTS[NEGATED.get(part.operator, part.operator)](_fold(part.value))

    def matcher(values: Folded, findings: list[Finding] | None) -> bool:
        actual = values[name]
        holds = actual is not None and (any(map(test, actual)) if type(actual) is tuple else test(actual))
        if findings is not None:
            shown = values.given.get(name)
            findings.append(Finding(name, str(part.operator), part.value, shown, holds is not is_negated))
        return holds is not is_negated

    return matcher


def _fold(value: Any) -> Any:
    """A value made ready; text in lower case, the same as SQL's lower()."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, tuple | list | set | frozenset):
        return tuple(folded for item in value if (folded := _fold(item)) is not None) or None
    return value


def _any_of(wanted: tuple[str, ...] | None) -> Callable[[Any], bool]:
    """True for a text that contains one of several."""
    words = wanted or ()
    return lambda actual: any(word in actual for word in words)


def _one_of(wanted: tuple[Any, ...] | None) -> Callable[[Any], bool]:
    """True for one of several."""
    known = frozenset(wanted or ())
    return lambda actual: actual in known


_TESTS: Mapping[Operator, Callable[[Any], Callable[[Any], bool]]] = {
    Operator.IS: lambda wanted: lambda actual: bool(actual == wanted),
    Operator.IN: _one_of,
    Operator.CONTAINS: lambda wanted: lambda actual: (wanted or "") in actual,
    Operator.CONTAINS_ANY: _any_of,
    Operator.STARTS_WITH: lambda wanted: lambda actual: bool(actual.startswith(wanted or "")),
    Operator.ENDS_WITH: lambda wanted: lambda actual: bool(actual.endswith(wanted or "")),
    Operator.MATCHES: lambda wanted: compiled_pattern(wanted or ""),
    Operator.IS_NOT_EMPTY: lambda wanted: lambda actual: True,
    Operator.LESS: lambda wanted: lambda actual: bool(actual < wanted),
    Operator.MORE: lambda wanted: lambda actual: bool(actual > wanted),
    Operator.BEFORE: lambda wanted: lambda actual: bool(actual < wanted),
    Operator.AFTER: lambda wanted: lambda actual: bool(actual > wanted),
}
"""Operator → its test for a wanted value: a function of one value that is not empty. Negated ones are tested by their opposites."""
