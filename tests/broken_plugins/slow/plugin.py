"""Takes its time; nothing is wrong with its answers."""

import time

from hookdesk.api import Plugin, hookimpl

SECONDS = 0.05


class Broken(Plugin):
    """Slow"""

    @hookimpl
    def intake_screen(self, message):
        """Thinks for a while."""
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            pass
