"""Misspells a hook."""

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Wrong hook name"""

    @hookimpl
    def intake_scren(self, message):
        """Never asked."""
