"""Cannot be set up."""

from hookdesk.api import Plugin


class Broken(Plugin):
    """Fails when switched on"""

    def on_enable(self):
        """Fails."""
        raise ConnectionError("the licence server does not answer")
