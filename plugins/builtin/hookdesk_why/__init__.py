"""The decision trace on the ticket page."""
