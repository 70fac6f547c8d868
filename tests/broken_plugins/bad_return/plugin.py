"""Answers what no hook asked for."""

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Bad return types"""

    @hookimpl
    def intake_screen(self, message):
        """A verdict was asked for."""
        return "spam"

    @hookimpl
    def ticket_filter(self, draft):
        """A draft was asked for."""
        return {"department_id": 1}

    @hookimpl
    def nav_items(self, actor, area):
        """A list was asked for."""
        return 5
