"""The desk's pages, gathered: importing this package puts every view on the blueprint."""

from hookdesk_desk.views import (
    binned,
    changes,
    compose,
    entries,
    handing,
    new,
    paper,
    people,
    preferences,
    profile,
    queue,
    ticket,
)
from hookdesk_desk.views.blueprint import bp

__all__ = [
    "binned",
    "bp",
    "changes",
    "compose",
    "entries",
    "handing",
    "new",
    "paper",
    "people",
    "preferences",
    "profile",
    "queue",
    "ticket",
]
