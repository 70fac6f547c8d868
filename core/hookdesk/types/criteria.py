"""The condition language as values: fields, comparisons, groups. DESIGN: one language for filters, queues, search and SLA."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FieldType(StrEnum):
    """What a field holds; the type decides which operators it has."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MOMENT = "moment"
    BOOLEAN = "boolean"


class Operator(StrEnum):
    """Comparisons. Text ones ignore case. `matches` is a regular expression that is found anywhere, in the syntax of RE2."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    CONTAINS_ANY = "contains_any"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    NOT_MATCHES = "not_matches"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    LESS = "less"
    MORE = "more"
    BEFORE = "before"
    AFTER = "after"
    IS_ME = "is_me"
    IS_NOT_ME = "is_not_me"
    IS_MINE = "is_mine"
    IS_NOT_MINE = "is_not_mine"
    IN_LAST = "in_last"
    OLDER = "older"
    IN_NEXT = "in_next"
    DURING = "during"


NEGATED: Mapping[Operator, Operator] = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_IN: Operator.IN,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.NOT_MATCHES: Operator.MATCHES,
    Operator.IS_EMPTY: Operator.IS_NOT_EMPTY,
    Operator.IS_NOT_ME: Operator.IS_ME,
    Operator.IS_NOT_MINE: Operator.IS_MINE,
}
"""Operators that hold where another one does not; so each of them holds for an empty value."""

LISTED = frozenset({Operator.IN, Operator.NOT_IN, Operator.CONTAINS_ANY})
"""Operators that compare with several values."""

READER = frozenset({Operator.IS_ME, Operator.IS_NOT_ME, Operator.IS_MINE, Operator.IS_NOT_MINE})
"""Operators that compare with who reads: with their own id, or with the teams or departments that are theirs."""

SPANS = frozenset({Operator.IN_LAST, Operator.OLDER, Operator.IN_NEXT})
"""Operators that compare with now and a span of time: "30m", "24h", "7d", "2w"."""

ALONE = frozenset({Operator.IS_EMPTY, Operator.IS_NOT_EMPTY}) | READER
"""Operators that compare with none."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition may name.

    `column` is the SQL expression on stored tickets: a column, or a scalar subquery that names `Ticket`. Where a ticket can hold several
    values (`is_many`) it is a SELECT of that one column, tied to `Ticket`, and a comparison holds if it does for any of them (one that
    negates: for none). None says that stored tickets do not have it. `attribute` is the name on a draft, or in its `fields`; `read`
    computes the value of a draft instead. `choices` lists (value, label) for editors. `is_early` says that it is known when a ticket is
    opened. `group` is the heading under which editors list it. `mine` names the attribute of `Actor` that says which values are the
    reader's own: `agent_id`, `teams` or `departments`. `empty` is what the column holds for an empty value besides NULL. `owner`, for one
    with several values, is (`Ticket.id`, the column beside the values that names the ticket), so that tickets are found by their values.
    `is_secret`: agents do not see its values, so what they ask for may not name it.
    """

    name: str
    label: str
    type: FieldType
    column: Any
    attribute: str
    is_many: bool = False
    read: Callable[[Any], Any] | None = None
    choices: Callable[[], Iterable[tuple[Any, str]]] | None = None
    is_early: bool = True
    group: str = ""
    mine: str = ""
    empty: Any = None
    owner: tuple[Any, Any] | None = None
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`field operator value`, e.g. subject contains "invoice"."""

    field: str
    operator: Operator
    value: Any = None


class Mode(StrEnum):
    """How a group joins its parts."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Group:
    """Comparisons and further groups, joined by one mode. An empty group matches everything (`none`: also everything)."""

    mode: Mode
    parts: tuple[Comparison | Group, ...] = ()
