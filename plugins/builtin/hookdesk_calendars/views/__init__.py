"""The schedules in the admin panel."""

from hookdesk_calendars.views.schedules import bp

__all__ = ["bp"]
