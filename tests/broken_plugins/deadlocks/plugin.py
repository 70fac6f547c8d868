"""Runs into other transactions each time."""

import sqlite3

from sqlalchemy.exc import OperationalError

from hookdesk.api import Plugin, hookimpl


class Broken(Plugin):
    """Deadlocks"""

    attempts = 0

    @hookimpl
    def ticket_filter(self, draft):
        """Says what the database says when two transactions wait for each other."""
        type(self).attempts += 1
        raise OperationalError("SELECT", {}, sqlite3.OperationalError("database is locked"))
