"""What an admin may choose about the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting, site

SLUG = "desk"


@dataclass(frozen=True)
class Settings:
    """The desk's settings."""

    version: ClassVar[int] = 1

    page_size: int = setting(
        25, label=_l("Tickets on one page"), help=_l("More make each page slower."), minimum=10, maximum=100
    )
    default_queue: str = setting(
        "open",
        label=_l("First queue"),
        help=_l("What an agent sees after signing in."),
        choices=[("open", _l("Open")), ("mine", _l("Mine")), ("unassigned", _l("Unassigned"))],
    )
    after_reply: str = setting(
        "stay",
        label=_l("After a reply was sent"),
        choices=[
            ("stay", _l("Stay on the ticket")),
            ("next", _l("Go to the next ticket of the queue")),
            ("list", _l("Go back to the queue")),
        ],
    )
    undo_send: int = setting(
        10,
        label=_l("Seconds in which a reply can be taken back"),
        help=_l("Its mail waits for so long. 0 sends at once."),
        minimum=0,
        maximum=60,
    )
    reply_status: str = setting(
        "pending",
        label=_l("Status that a reply suggests"),
        help=_l("The key of a status. Agents can choose another one before they send; empty suggests no change."),
        maximum=40,
    )


def current() -> Settings:
    """The settings as they are now."""
    return site().settings.get(SLUG, Settings)
