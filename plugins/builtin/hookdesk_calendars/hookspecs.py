"""Hooks that schedules declare."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import Shape, When, spec


class CalendarHooks:
    """Calendars: who works by a schedule."""

    @spec(Shape.COLLECT, when=When.REQUEST, since="0.1")
    def calendar_uses(self, *, ref: str) -> Sequence[str] | None:
        """What of yours names this schedule, in words ("SLA plan Gold"); it is not deleted while there is any."""
