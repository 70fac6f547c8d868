"""The values of fields on stored tickets, for what the database cannot compare, and for pages that show what was compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from hookdesk.db.context import reading
from hookdesk.models import Ticket
from hookdesk.types.criteria import Field


def stored_values(ticket_ids: Sequence[int], fields: Mapping[str, Field]) -> dict[int, dict[str, Any]]:
    """Ticket → field → value, None for empty, for tickets that the caller may know of; not for fields that have no column.

    One query for the single-valued fields, one more for each of the others: ask for a few hundred tickets at a time.
    """
    single = {name: field for name, field in fields.items() if field.column is not None and not field.is_many}
    columns = [_filled(field).label(f"value_{place}") for place, field in enumerate(single.values())]
    rows = reading().all(select(Ticket.id, *columns).where(Ticket.id.in_(ticket_ids)))
    found = {row[0]: dict(zip(single, row[1:], strict=True)) for row in rows}
    for name, field in fields.items():
        if field.is_many and field.column is not None:
            several: dict[int, list[Any]] = defaultdict(list)
            asked = field.column.add_columns(Ticket.id).where(Ticket.id.in_(ticket_ids))
            for value, ticket_id in reading().all(asked):
                several[ticket_id].append(value)
            for ticket_id, values in found.items():
                values[name] = tuple(several[ticket_id])
    return found


def _filled(field: Field) -> Any:
    """The column of a field, NULL for empty."""
    return field.column if field.empty is None else func.nullif(field.column, field.empty, type_=field.column.type)
