"""The condition language as values: fields, comparisons, groups. DESIGN: one language for filters, queues, search and SLA."""

from __future__ import annotations

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
    """Comparisons. Text ones ignore case."""

    IS = "is"
    IS_NOT = "is_not"
    IN = "in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"
    LESS = "less"
    MORE = "more"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a condition may name. `column` is the SQL expression on stored tickets, `attribute` the draft's attribute path."""

    name: str
    label: str
    type: FieldType
    column: Any
    attribute: str


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
