"""What the admin sets about accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting, site

PUBLIC, INVITATION, OFF = "public", "invitation", "off"


@dataclass(frozen=True)
class Settings:
    """Who gets an account, and what it is needed for."""

    version: ClassVar[int] = 1
    registration: str = setting(
        PUBLIC,
        label=_l("Who can get an account"),
        help=_l("Who has one can sign in whatever stands here."),
        choices=(
            (PUBLIC, _l("Everybody, with a confirmed e-mail address")),
            (INVITATION, _l("Those whom an agent invites")),
            (OFF, _l("Nobody new")),
        ),
    )
    sign_in_to_open: bool = setting(
        False,
        label=_l("Sign-in required to open a ticket"),
        help=_l("Holds for the portal's form. Mailed links and mail itself work without an account all the same."),
    )
    unconfirmed_days: int = setting(
        30,
        label=_l("Days until an account that nobody confirms is forgotten"),
        help=_l(
            "Counted from the last mail about it. Who signed up goes with it, unless they have a ticket or more is known of them."
        ),
        minimum=7,
        maximum=3650,
    )


def settings() -> Settings:
    """The present settings."""
    return site().settings.get("accounts", Settings)
