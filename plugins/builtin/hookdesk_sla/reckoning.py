"""When something is due. Nothing is read or written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hookdesk.api import BusinessCalendar
from hookdesk_sla.rules import Rule

Pauses = Sequence[tuple[datetime, datetime | None]]
WARN, DUE = "warn", "due"


class AroundTheClock(BusinessCalendar):
    """Where nobody keeps schedules, each minute counts."""

    name = "24×7"

    def add(self, start: datetime, seconds: float) -> datetime:
        """So much later."""
        return start + timedelta(seconds=seconds)

    def between(self, start: datetime, end: datetime) -> float:
        """All of it."""
        return max(0.0, (end - start).total_seconds())

    def spans(self, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
        """One."""
        return [(start, end)] if end > start else []

    def closed_days(self, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime, str]]:
        """None."""
        return []


def deadline(start: datetime, seconds: float, pauses: Pauses, calendar: BusinessCalendar) -> datetime | None:
    """The moment at which so much working time has passed outside the pauses (in order); None while one goes on before that."""
    here, left = start, seconds
    for began, ended in pauses:
        worked = calendar.between(here, began)
        if worked >= left:
            break
        left -= worked
        if ended is None:
            return None
        here = max(here, ended)
    return calendar.add(here, left)


def marks(
    rule: Rule | None, target: str, allowance: int | None, due: datetime, calendar: BusinessCalendar
) -> dict[str, datetime]:
    """What is to be done around a deadline, in order: the warning, the deadline itself, the steps of the escalation."""
    found = {DUE: due}
    if rule is not None:
        if allowance is not None:
            found[WARN] = calendar.add(due, -allowance * (100 - rule.warn_percent) / 100)
        for step in rule.steps:
            if step.target in ("", target):
                found[step.key] = calendar.add(due, step.minutes * 60)
    rank = {WARN: 0, DUE: 1}
    return dict(sorted(found.items(), key=lambda mark: (mark[1], rank.get(mark[0], 2))))
