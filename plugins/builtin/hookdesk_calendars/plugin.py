"""The plugin: schedules of working hours."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk.api import BusinessCalendar, CoreSettings, NoSettings, Plugin, hookimpl, site
from hookdesk_calendars import reading, services
from hookdesk_calendars.hookspecs import CalendarHooks


class Calendars(Plugin[NoSettings]):
    """Schedules

    Keeps working hours, holidays and days off, and reckons with them: what is promised in hours is due when somebody has worked so long.
    """

    hookspecs = (CalendarHooks,)

    @hookimpl
    def business_calendar(self, ref: str) -> BusinessCalendar | None:
        """The working time of a schedule."""
        return reading.by_ref(ref)

    @hookimpl
    def calendar_choices(self) -> Sequence[tuple[str, str]]:
        """Every schedule."""
        return reading.choices()

    def on_enable(self) -> None:
        """Give a new site office hours to begin with."""
        services.first_schedules(site().settings.get("core", CoreSettings).timezone)
