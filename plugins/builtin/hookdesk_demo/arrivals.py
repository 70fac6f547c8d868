"""When made-up tickets come in: more on weekdays, most around noon, none in the future."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 0.9, 0.35, 0.25)
A_DAY = 200
"""About as many tickets came in on one day; a site with few of them is younger than one with many."""
SHORTEST_DAYS = 40


def arrivals(chance: Random, count: int, now: datetime) -> Iterator[datetime]:
    """`count` moments in order, the last one not long before `now`."""
    days = max(SHORTEST_DAYS, count // A_DAY)
    start = (now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    weights = [WEEKDAYS[(start + timedelta(days=day)).weekday()] for day in range(days)]
    total, done, passed = sum(weights), 0, 0.0
    for day, weight in enumerate(weights):
        passed += weight
        due = round(count * passed / total)
        hours = sorted(chance.triangular(0, 24, 12) for _ in range(due - done))
        yield from (start + timedelta(days=day, hours=hour) for hour in hours)
        done = due
