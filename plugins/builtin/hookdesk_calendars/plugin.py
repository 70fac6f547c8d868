"""The plugin: schedules of working hours."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask_babel import gettext as _

from hookdesk.api import Actor, BusinessCalendar, CoreSettings, NavItem, NoSettings, Plugin, asked_for, hookimpl, site
from hookdesk_calendars import reading, services
from hookdesk_calendars.views import bp


class Calendars(Plugin[NoSettings]):
    """Schedules

    Keeps working hours, holidays and days off, and reckons with them: what is promised in hours is due when somebody has worked so long.
    """

    @hookimpl
    def business_calendar(self, ref: str) -> BusinessCalendar | None:
        """The working time of a schedule."""
        return reading.by_ref(ref)

    @hookimpl
    def calendar_choices(self) -> Sequence[tuple[str, str]]:
        """Every schedule."""
        return reading.choices()

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The pages of the admin panel."""
        return [bp]

    @hookimpl
    @asked_for(area=["admin"])
    def nav_items(self, actor: Actor, area: str) -> Sequence[NavItem]:
        """A line in the admin panel."""
        if area != "admin":
            return []
        return [
            NavItem(
                area, _("Schedules"), "calendars.index", icon="calendar", group="Work", order=30, permission="admin"
            )
        ]

    def on_enable(self) -> None:
        """Give a new site office hours to begin with."""
        services.first_schedules(site().settings.get("core", CoreSettings).timezone)
