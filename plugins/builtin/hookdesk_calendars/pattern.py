"""What a schedule says, as a value: hours of the week, days that differ, public holidays of a country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

Ranges = tuple[tuple[int, int], ...]
"""Stretches of a day in minutes since midnight, in order, none touching another: ((540, 720), (780, 1020)). The day ends at 1440."""
WHOLE_DAY: Ranges = ((0, 1440),)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that differs from its weekday: when it is worked (never, if `ranges` is empty) and what it is called."""

    ranges: Ranges
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Working hours. `week` begins with Monday; `days` go before holidays, and both before the week."""

    zone: str
    week: tuple[Ranges, ...]
    days: Mapping[date, Day] = field(default_factory=dict)
    country: str = ""
    region: str = ""

    def on(self, day: date) -> Ranges:
        """When somebody works on that day."""
        special = self.days.get(day)
        if special is not None:
            return special.ranges
        return () if day in self.holidays(day.year) else self.week[day.weekday()]

    def named(self, day: date) -> str:
        """What a day is called that differs from its weekday; "" for any other."""
        special = self.days.get(day)
        return special.name if special is not None else self.holidays(day.year).get(day, "")

    def holidays(self, year: int) -> Mapping[date, str]:
        """The public holidays of a year."""
        return public_holidays(self.country, self.region, year) if self.country else {}


@lru_cache(maxsize=400)
def public_holidays(country: str, region: str, year: int) -> Mapping[date, str]:
    """A country's public holidays with their names; none where the package does not know it (any more)."""
    import holidays  # a third of a second: where nobody asks, nobody pays

    kind = getattr(holidays, country, None)
    if kind is None or (region and region not in kind.subdivisions):
        return {}
    return dict(kind(subdiv=region or None, years=year, language=kind.default_language))
