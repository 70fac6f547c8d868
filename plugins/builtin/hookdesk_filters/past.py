"""Past tickets that a rule would have matched: found by SQL as far as SQL goes, decided in Python where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from hookdesk.api import Ticket, criteria, reading, scope, system
from hookdesk_filters import messages
from hookdesk_filters.effects import NO_TICKET, Effect
from hookdesk_filters.models import Hit, Rule, Version

SLICE = 500
"""Tickets whose values are read at a time, where Python decides."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A ticket that would have matched. `outcome` is changed, same, or contested: another filter (`other`) decided about it as well."""

    id: int
    outcome: str
    changes: Mapping[str, Any]
    other: str = ""


def how(effect: Effect) -> str:
    """By what the rule is decided: "sql", "values" of tickets, or "messages" that are read again from their records."""
    if criteria.is_in_sql(effect.group, effect.fields):
        return "sql"
    used = {one.field for one in criteria.comparisons(effect.group)}
    return "messages" if any(effect.fields[name].column is None for name in used) else "values"


def counted(first: int, last: int, since: datetime) -> int:
    """How many tickets of a span of ids are of the period."""
    asked = select(func.count()).select_from(Ticket).where(Ticket.id.between(first, last), Ticket.created_at >= since)
    return int(reading().scalar(asked.where(scope(system("filters")))) or 0)


def tickets(effect: Effect, first: int, last: int, since: datetime) -> list[Tried]:
    """The tickets of a span of ids that a rule would have matched, each with what would have changed, by what stands on it now."""
    columns = {name: effect.fields[name].column for name in (*effect.sets, *effect.varying) if name in effect.fields}
    shown = [column.label(f"now_{place}") for place, column in enumerate(columns.values()) if column is not None]
    named = [name for name, column in columns.items() if column is not None]
    asked = (
        select(Ticket.id, *shown)
        .where(Ticket.id.between(first, last), Ticket.created_at >= since, scope(system("filters")))
        .where(criteria.narrowed(effect.group, effect.fields))
        .order_by(Ticket.id)
    )
    if effect.channels:
        asked = asked.where(Ticket.channel.in_(effect.channels))
    rows = reading().all(asked)
    if how(effect) != "sql":
        rows = list(_decided(rows, effect))
    contested = _contested([row.id for row in rows], effect) if len(rows) <= SLICE * 10 else {}
    return [_tried(row.id, dict(zip(named, row[1:], strict=True)), effect, contested.get(row.id, "")) for row in rows]


def _decided(rows: Sequence[Any], effect: Effect) -> Iterator[Any]:
    """Those of the rows that meet the conditions, by values that are read again; a mail's headers come from its record."""
    used = {one.field for one in criteria.comparisons(effect.group)}
    fields = {name: field for name, field in effect.fields.items() if name in used}
    lacking = [name for name, field in fields.items() if field.column is None]
    matcher = criteria.compiled(effect.group)
    for start in range(0, len(rows), SLICE):
        part = rows[start : start + SLICE]
        values = criteria.stored_values([row.id for row in part], fields)
        for row in part:
            found = values.get(row.id, {})
            if lacking:
                found |= messages.values(row.id, {name: fields[name] for name in lacking})
            if matcher(criteria.Folded(found), None):
                yield row


def _tried(ticket_id: int, now: Mapping[str, Any], effect: Effect, other: str) -> Tried:
    """What would have become of one ticket."""
    if effect.is_refusal:
        return Tried(ticket_id, "changed", {NO_TICKET: [True, False]})
    changes = {name: [now[name], value] for name, value in effect.sets.items() if name in now and now[name] != value}
    changes |= {name: [None, words] for name, words in effect.varying.items() if name in now and now[name] is None}
    if not changes:
        return Tried(ticket_id, "same", {})
    return Tried(ticket_id, "contested" if other else "changed", changes, other)


def _contested(ids: Sequence[int], effect: Effect) -> dict[int, str]:
    """Tickets on which another filter has decided what this one sets, with that filter's name."""
    sets = {*effect.sets, *effect.varying}
    found: dict[int, str] = {}
    for start in range(0, len(ids), SLICE):
        part = ids[start : start + SLICE]
        asked = (
            select(Hit.ticket_id, Rule.name, Version.actions, Version.stops)
            .join(Rule, Rule.id == Hit.rule_id)
            .join(Version, (Version.rule_id == Hit.rule_id) & (Version.number == Hit.version))
            .where(Hit.ticket_id.in_(part))
        )
        for row in reading().all(asked):
            if row.stops or sets & {str(item["do"]) for item in row.actions}:
                found[row.ticket_id] = row.name
    return found
