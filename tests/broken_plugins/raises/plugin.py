"""Raises in a hook of every kind."""

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Raises"""

    @hookimpl
    def intake_screen(self, message):
        """Fails while a message is judged."""
        raise ValueError("no idea about " + message.subject)

    @hookimpl
    def ticket_filter(self, draft):
        """Fails while a draft walks through."""
        raise KeyError("department")

    @hookimpl
    def nav_items(self, actor, area):
        """Fails on every page."""
        raise RuntimeError("no links today")

    @hookimpl
    def ticket_created(self, event):
        """Fails after the commit."""
        raise OSError("the other side is down")
