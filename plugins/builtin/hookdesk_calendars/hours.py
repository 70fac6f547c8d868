"""Hours and days as people write them: "9:00-12:00, 13:00-17:00", and "2026-12-24 9-12 Christmas Eve"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from flask_babel import gettext as _

from hookdesk_calendars.pattern import WHOLE_DAY, Day, Ranges

MOST_RANGES = 12
MOST_DAYS = 500
_RANGE = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—)\s*(\d{1,2})(?::(\d{2}))?")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(.*)", re.DOTALL)
_HOURS_FIRST = re.compile(rf"((?:{_RANGE.pattern}\s*,?\s*)*)(.*)", re.DOTALL)


def parse(text: str) -> Ranges:
    """The hours of one day.

    Raises:
        ValueError: they cannot be read, end before they begin, or overlap; the message says which.
    """
    found: list[tuple[int, int]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(_("“%(text)s” are no hours. Write them like 9:00-12:00, 13:00-17:00.", text=part[:40]))
        found.append(_range(part, match))
    found.sort()
    if len(found) > MOST_RANGES:
        raise ValueError(_("A day has at most %(most)s stretches.", most=MOST_RANGES))
    for (first, second), (third, fourth) in pairwise(found):
        if third < second:
            raise ValueError(
                _("%(first)s and %(second)s overlap.", first=show(((first, second),)), second=show(((third, fourth),)))
            )
    return _joined(found)


def _range(part: str, match: re.Match[str]) -> tuple[int, int]:
    """One stretch in minutes."""
    opens, closes = (int(match[at]) * 60 + int(match[at + 1] or 0) for at in (1, 3))
    if max(opens, closes) > 1440 or any(int(match[at] or 0) > 59 for at in (2, 4)):
        raise ValueError(_("“%(text)s”: a day ends at 24:00, an hour at minute 59.", text=part[:40]))
    if closes <= opens:
        raise ValueError(
            _(
                "“%(text)s” ends before it begins. Write a night as two days: until 24:00, and from 0:00 on the next.",
                text=part[:40],
            )
        )
    return opens, closes


def _joined(found: Iterable[tuple[int, int]]) -> Ranges:
    """Stretches of which none touches another."""
    kept: list[tuple[int, int]] = []
    for opens, closes in found:
        if kept and opens == kept[-1][1]:
            kept[-1] = (kept[-1][0], closes)
        else:
            kept.append((opens, closes))
    return tuple(kept)


def show(ranges: Ranges) -> str:
    """Hours as `parse` reads them."""
    return ", ".join(f"{_time(opens)}-{_time(closes)}" for opens, closes in ranges)


def _time(minutes: int) -> str:
    """A time of day."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def parse_days(text: str) -> dict[date, Day]:
    """Special days, one a line: the date, its hours if it has any, its name.

    Raises:
        ValueError: a line cannot be read; the message names it.
    """
    found: dict[date, Day] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _DAY.fullmatch(line)
        try:
            day = date.fromisoformat(match[1]) if match else None
        except ValueError:
            day = None
        if match is None or day is None:
            raise ValueError(_("“%(line)s” begins with no date. Write it like 2026-12-24.", line=line[:60]))
        if day in found:
            raise ValueError(_("%(day)s stands there twice.", day=day))
        parts = _HOURS_FIRST.fullmatch(match[2])
        hours, name = (parts[1], parts[parts.re.groups]) if parts else ("", match[2])
        found[day] = Day(parse(hours), name.strip()[:200])
        if len(found) > MOST_DAYS:
            raise ValueError(_("A schedule names at most %(most)s days.", most=MOST_DAYS))
    return found


def show_days(days: Mapping[date, Day]) -> str:
    """Special days as `parse_days` reads them."""
    return "\n".join(
        " ".join(filter(None, [str(day), show(how.ranges), how.name])) for day, how in sorted(days.items())
    )


def is_around_the_clock(week: Iterable[Ranges]) -> bool:
    """Whether every hour of the week is worked."""
    return all(day == WHOLE_DAY for day in week)
