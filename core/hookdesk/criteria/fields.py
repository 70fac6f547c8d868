"""Fields that conditions may name: core's own and those of plugins, with their values on drafts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hookdesk.criteria.ticket_fields import core_fields
from hookdesk.hookspecs import RunningHooks
from hookdesk.site import site
from hookdesk.types.criteria import SPANS, Field, FieldType, Operator
from hookdesk.types.drafts import TicketDraft

BASIC = frozenset({Operator.IS, Operator.IS_NOT, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})
CHOICE = BASIC | {Operator.IN, Operator.NOT_IN}
TEXT = CHOICE | {
    Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.CONTAINS_ANY, Operator.STARTS_WITH, Operator.ENDS_WITH,
    Operator.MATCHES, Operator.NOT_MATCHES,
}  # fmt: skip
OPERATORS: Mapping[FieldType, frozenset[Operator]] = {
    FieldType.TEXT: TEXT,
    FieldType.CHOICE: CHOICE,
    FieldType.NUMBER: CHOICE | {Operator.LESS, Operator.MORE},
    FieldType.MOMENT: frozenset({Operator.BEFORE, Operator.AFTER, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY}),
    FieldType.BOOLEAN: frozenset({Operator.IS, Operator.IS_NOT}),
}
"""Which operators a type has."""


def operators_of(field: Field, is_stored: bool = False) -> frozenset[Operator]:
    """Which operators a field has. With `is_stored` those that stored tickets can be asked for by a reader: relative ones, no patterns.

    A field of the reader's own that lists no choices is about nobody else: it can be asked for one's own alone.
    """
    own = {Operator.IS_ME, Operator.IS_NOT_ME} if field.mine == "agent_id" else {Operator.IS_MINE, Operator.IS_NOT_MINE}
    if field.mine and field.choices is None:
        return frozenset(own) if is_stored else frozenset()
    found = OPERATORS[field.type]
    if not is_stored:
        return found
    if field.type is FieldType.MOMENT:
        found |= SPANS | {Operator.DURING}
    return (found | own if field.mine else found) - {Operator.MATCHES, Operator.NOT_MATCHES}


def known_fields() -> dict[str, Field]:
    """Every field by name, core's first; a plugin cannot replace one of core's."""
    known = {field.name: field for field in core_fields()}
    added = {field.name: field for field in site().hooks.collect(RunningHooks.criteria_fields)}
    return known | {name: field for name, field in added.items() if name not in known}


class DraftValues(Mapping[str, Any]):
    """Field name → value for a ticket that is not stored yet, each looked up when it is asked for."""

    def __init__(self, draft: TicketDraft, fields: Mapping[str, Field]) -> None:
        """Values of these fields on this draft."""
        self._draft, self._fields = draft, fields

    def __getitem__(self, name: str) -> Any:
        """What the field computes, an attribute of the draft, else an entry of its `fields`."""
        field = self._fields[name]
        if field.read is not None:
            return field.read(self._draft)
        return getattr(self._draft, field.attribute, self._draft.fields.get(field.attribute))

    def __iter__(self) -> Iterator[str]:
        """The names of the fields."""
        return iter(self._fields)

    def __len__(self) -> int:
        """How many fields there are."""
        return len(self._fields)
