"""The views; importing them registers them on the blueprint."""

from hookdesk_people.views import files, leaving, persons

__all__ = ["files", "leaving", "persons"]
