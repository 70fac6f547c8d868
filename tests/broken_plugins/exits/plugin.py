"""Tries to end the process from a hook."""

import sys

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Exits"""

    @hookimpl
    def intake_screen(self, message):
        """Would end the web worker."""
        sys.exit(3)
