"""Schedules as they are used: laid out once in each process, and again when they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Row, select

from hookdesk.api import cached, reading, site
from hookdesk_calendars.models import Schedule, SpecialDay
from hookdesk_calendars.pattern import Day, Pattern, Ranges
from hookdesk_calendars.working import WorkingTime

PREFIX = "calendars:"
_KNOWN = "calendars.laid_out"
MOST = 500
_ALL = select(*Schedule.__table__.columns)


def by_ref(ref: str) -> WorkingTime | None:
    """The working time of a schedule, "" being the default one; None if it is gone or not ours."""
    found = cached("calendars.schedules", _stored).get(ref)
    return _laid_out(*found) if found is not None else None


def _stored() -> dict[str, tuple[Row[Any], Pattern]]:
    """Each schedule with its hours by its reference, the default one by "", too; read together, so that they are of one version."""
    found: dict[str, tuple[Row[Any], Pattern]] = {}
    for row in reading().all(_ALL.order_by(Schedule.id).limit(MOST)):
        found[f"{PREFIX}{row.id}"] = (row, _pattern(row))
        if row.is_default:
            found.setdefault("", found[f"{PREFIX}{row.id}"])
    return found


def _laid_out(row: Row[Any], pattern: Pattern) -> WorkingTime:
    """A schedule's working time: laid out anew if this schedule has changed, and not with every other change of the set-up."""
    known = cast(dict[int, tuple[int, WorkingTime]], site().extra.setdefault(_KNOWN, {}))
    found = known.get(row.id)
    if found is None or found[0] != row.version:
        found = known[row.id] = (row.version, WorkingTime(row.name, pattern))
    return found[1]


def _pattern(row: Row[Any]) -> Pattern:
    """The hours of a stored schedule with its special days. A zone that this machine does not know (any more) counts as UTC."""
    try:
        zone = ZoneInfo(row.timezone).key
    except (ZoneInfoNotFoundError, ValueError):
        zone = "UTC"
    days = {day.day: Day(ranges(day.hours), day.name) for day in special_days(row.id)}
    return Pattern(zone, tuple(ranges(day) for day in row.week), days, row.country, row.region)


def special_days(schedule_id: int, source: str = "") -> Sequence[Row[Any]]:
    """The days of a schedule that differ, in order; where two name the same day, the admin's own stands last and counts."""
    asked = select(SpecialDay.day, SpecialDay.hours, SpecialDay.name, SpecialDay.source)
    asked = asked.where(SpecialDay.schedule_id == schedule_id)
    if source:
        asked = asked.where(SpecialDay.source == source)
    return reading().all(asked.order_by(SpecialDay.day, SpecialDay.source))


def ranges(stored: Iterable[Sequence[int]]) -> Ranges:
    """Hours out of JSON."""
    return tuple((int(opens), int(closes)) for opens, closes in stored)


def choices() -> list[tuple[str, str]]:
    """Every schedule: reference and name."""
    rows = reading().all(select(Schedule.id, Schedule.name).order_by(Schedule.name).limit(MOST))
    return [(f"{PREFIX}{row.id}", row.name) for row in rows]


def all_schedules() -> Sequence[Row[Any]]:
    """Every schedule as it is stored."""
    return reading().all(_ALL.order_by(Schedule.name).limit(MOST))


def one(schedule_id: int) -> Row[Any] | None:
    """A schedule as it is stored."""
    return reading().first(_ALL.where(Schedule.id == schedule_id))
