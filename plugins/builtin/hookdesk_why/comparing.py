"""Comparisons in words: the field's name, the operator, what was wanted and what was met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from hookdesk.api import Field, FilteringHooks, Operator, criteria, current_actor, site


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison in words, and whether it held. `actual` is what the ticket had."""

    text: str
    actual: str
    result: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """The fields that some decisions compared, the labels of their choices, and where their rules are kept; read once for a page."""

    fields: Mapping[str, Field]
    labels: Mapping[str, Mapping[Any, str]]
    links: Mapping[str, str]

    def compared(self, item: Mapping[str, Any]) -> Compared:
        """`Subject contains “invoice”`, and what the subject was."""
        name, operator = str(item.get("field") or ""), str(item.get("operator") or "")
        field, labels = self.fields.get(name), self.labels.get(name, {})
        known = Operator(operator) if operator in list(Operator) else None
        said = f"{field.label if field else name} {criteria.OPERATOR_WORDS[known] if known else operator}"
        if item.get("value") not in (None, ""):
            said += f" {criteria.value_words(item['value'], labels)}"
        return Compared(said, criteria.value_words(item.get("actual"), labels), bool(item.get("result")))


def wording(rows: Sequence[Row[Any]]) -> Wording:
    """What is needed to tell of these decisions; nothing is read if they compared nothing."""
    wanted = {str(item.get("field")) for row in rows for item in _items(row)}
    known = criteria.known_fields() if wanted else {}
    fields = {name: field for name, field in known.items() if name in wanted}
    return Wording(fields, criteria.choice_labels(fields), _links(rows))


def _links(rows: Sequence[Row[Any]]) -> dict[str, str]:
    """Rule → its page, for whoever looks."""
    refs = sorted({rule["ref"] for row in rows for rule in row.rules if "ref" in rule})
    if not refs:
        return {}
    return dict(site().hooks.collect(FilteringHooks.rule_links, refs=refs, actor=current_actor()))


def _items(row: Row[Any]) -> Iterator[Mapping[str, Any]]:
    """Each comparison of a decision and of its rules."""
    yield from (item for item in row.compared if isinstance(item, Mapping))
    yield from (item for rule in row.rules for item in rule.get("compared", ()))
