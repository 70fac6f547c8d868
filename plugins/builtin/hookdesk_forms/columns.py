"""Fields of tickets as columns of lists and exports: what was filled in, in the words that agents read on the ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from flask import g

from hookdesk.api import ListColumn
from hookdesk_forms import catalogue, values
from hookdesk_forms.kinds import Spec, all_kinds

Stored = Mapping[int, Mapping[int, tuple[Any, ...]]]


def columns() -> list[ListColumn]:
    """Every field that is in use and that agents see."""
    kinds = all_kinds()
    specs = catalogue.fields_of("ticket").values()
    return [
        ListColumn(spec.name, spec.label, partial(_load, spec), words=partial(_load, spec))
        for spec in specs
        if spec.kind in kinds
        and kinds[spec.kind].column
        and not spec.is_archived
        and spec.level(is_agent=True) != "hidden"
    ]


def _load(spec: Spec, rows: Sequence[Any]) -> dict[int, str]:
    """Ticket → the words of one field."""
    kind = all_kinds()[spec.kind]
    return {
        ticket_id: kind.words(spec, found[spec.id])
        for ticket_id, found in _stored([row.id for row in rows]).items()
        if spec.id in found
    }


def _stored(ticket_ids: list[int]) -> Stored:
    """What stands in all fields of these tickets: read once for all columns of a page."""
    known: tuple[list[int], Stored] | None = g.get("forms_columns")
    if known is None or known[0] != ticket_ids:
        known = g.forms_columns = (ticket_ids, values.read_of_tickets(ticket_ids))
    return known[1]
