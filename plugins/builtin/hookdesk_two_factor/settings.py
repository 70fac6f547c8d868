"""What an admin can set; roles and departments are chosen on the plugin's own page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting, site


@dataclass(frozen=True)
class Settings:
    """Who must have a second factor, and from when on."""

    version: ClassVar[int] = 1
    everybody: bool = setting(
        False,
        label=_l("Every agent needs a second factor"),
        help=_l("For some roles or departments alone, choose them on the page “Second factors” of the admin panel."),
    )
    grace_days: int = setting(
        14,
        label=_l("Days of grace"),
        help=_l(
            "From the first sign-in without one. Afterwards agents have to set one up before anything else; nobody is locked out."
        ),
        minimum=0,
        maximum=365,
    )


def present() -> Settings:
    """The settings as they are now."""
    return site().settings.get("two_factor", Settings)
