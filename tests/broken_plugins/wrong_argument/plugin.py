"""Asks a hook for an argument that it does not have."""

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Wrong argument"""

    @hookimpl
    def intake_screen(self, mesage):
        """Cannot be called."""
