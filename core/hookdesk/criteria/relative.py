"""Conditions that look at the reader or the clock ("is me", "in the last 24 hours", "during this week").

`resolved` says them absolutely, for one reader and now; only then can the evaluators take them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter

from hookdesk import clock
from hookdesk.models import UTCDateTime
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.actors import Actor
from hookdesk.types.criteria import NEGATED, READER, SPANS, Comparison, Field, Group, Mode, Operator


class _Later(BindParameter[Any]):
    """A value that is worked out when it is asked for.

    A class of its own, for SQLAlchemy else takes a statement that it compiled with a plain value for the same, and asks for nothing.
    """

    inherit_cache = True


NEVER = Group(Mode.NONE, (Group(Mode.ALL),))
"""No ticket."""
UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)
}  # fmt: skip
PERIODS: Mapping[str, tuple[str, int]] = {
    "past": ("", -1), "future": ("", 1), "today": ("day", 0), "yesterday": ("day", -1), "tomorrow": ("day", 1),
    "this_week": ("week", 0), "last_week": ("week", -1), "next_week": ("week", 1), "this_month": ("month", 0),
    "last_month": ("month", -1), "this_quarter": ("quarter", 0), "last_quarter": ("quarter", -1), "this_year": ("year", 0),
    "last_year": ("year", -1),
}  # fmt: skip
"""Name → the unit of the calendar, and which one counted from the present one; no unit: all that was, or will be."""
_LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SPAN = re.compile(r"([1-9]\d{0,3})([mhdw])", re.ASCII)
_TICK = timedelta(microseconds=1)
Edge = Callable[[datetime], datetime]


def span(text: str) -> timedelta:
    """The time that "24h" names.

    Raises:
        ValueError: it names none.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no span of time")
    return int(found[1]) * UNITS[found[2]]


def resolved(group: Group, fields: Mapping[str, Field], actor: Actor, is_kept: bool = False) -> Group:
    """The conditions for this reader, with what is relative said absolutely.

    With `is_kept` moments are worked out each time that a query with them runs: for SQL that is put together once and kept. It then holds
    for this reader (id, teams, departments, time zone) and for the database alone.
    """

    def moment(edge: Edge) -> Any:
        if not is_kept:
            return edge(clock.now())
        return _Later(None, unique=True, callable_=lambda: edge(clock.now()), type_=UTCDateTime())

    def part_of(part: Group | Comparison) -> Group | Comparison:
        if isinstance(part, Group):
            return Group(part.mode, tuple(map(part_of, part.parts)))
        if part.operator in READER:
            return _own(part, fields[part.field], actor)
        if part.operator in SPANS or part.operator is Operator.DURING:
            after, before = _edges(part, actor)
            edges = ((Operator.AFTER, after), (Operator.BEFORE, before))
            return Group(
                Mode.ALL,
                tuple(Comparison(part.field, which, moment(edge)) for which, edge in edges if edge is not None),
            )
        return part

    return Group(group.mode, tuple(map(part_of, group.parts)))


def is_relative(part: Comparison) -> bool:
    """True for a comparison that has to be resolved first."""
    return part.operator in READER | SPANS or part.operator is Operator.DURING


def _own(part: Comparison, field: Field, actor: Actor) -> Group | Comparison:
    """A comparison with what is the reader's own."""
    own = getattr(actor, field.mine)
    values = tuple(sorted(own)) if not isinstance(own, int | None) else () if own is None else (own,)
    found: Group | Comparison = Comparison(part.field, Operator.IN, values) if values else NEVER
    if len(values) == 1:
        found = Comparison(part.field, Operator.IS, values[0])
    return Group(Mode.NONE, (found,)) if part.operator in NEGATED else found


def _edges(part: Comparison, actor: Actor) -> tuple[Edge | None, Edge | None]:
    """What a moment has to be after and before, each worked out from now; None for no such edge."""
    if part.operator in SPANS:
        time_span = span(part.value)
        if part.operator is Operator.OLDER:
            return None, lambda now: now - time_span
        if part.operator is Operator.IN_NEXT:
            return (lambda now: now), (lambda now: now + time_span)
        return (lambda now: now - time_span), (lambda now: now + _TICK)
    unit, step = PERIODS[part.value]
    if not unit:
        return (None, lambda now: now + _TICK) if step < 0 else ((lambda now: now), None)
    zone = ZoneInfo(actor.timezone or site().settings.get("core", CoreSettings).timezone)
    return (
        lambda now: _midnight(_begin(unit, step, now, zone), zone) - _TICK,
        lambda now: _midnight(_begin(unit, step + 1, now, zone), zone),
    )


def _begin(unit: str, step: int, now: datetime, zone: tzinfo) -> date:
    """The first day of a unit of the calendar, so many after the one that we have now."""
    day = _first(unit, now.astimezone(zone).date())
    for _number in range(abs(step)):
        day = _first(unit, day + timedelta(days=_LONGEST[unit] if step > 0 else -1))
    return day


def _first(unit: str, day: date) -> date:
    """The first day of the unit that a day lies in; weeks begin on Mondays."""
    if unit in _MONTHS:
        return date(day.year, (day.month - 1) // _MONTHS[unit] * _MONTHS[unit] + 1, 1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
