"""Tries to write and to commit where it may only decide."""

from sqlalchemy import text

from hookdesk.api import Plugin, Ticket, hookimpl, reading, unit_of_work


class Broken(Plugin):
    """Writes"""

    @hookimpl
    def ticket_filter(self, draft):
        """Opens a transaction of its own."""
        with unit_of_work() as session:
            session.query(Ticket).delete()
            session.commit()
        return draft

    @hookimpl
    def ticket_problems(self, draft):
        """Smuggles a statement through the read-only view."""
        reading().execute(text("DELETE FROM ticket"))
        return []
