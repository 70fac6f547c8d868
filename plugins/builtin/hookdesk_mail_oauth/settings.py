"""What the admin sets for all connections."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from hookdesk.api import setting, unreadable_networks


def check_networks(listed: tuple[str, ...]) -> str:
    """Which line is no network, or ""."""
    wrong = unreadable_networks(listed)
    return str(gettext("%(line)s is no address and no network.", line=wrong[0][:60])) if wrong else ""


@dataclass(frozen=True)
class Settings:
    """Settings of the sign-in to mail providers."""

    networks: tuple[str, ...] = setting(
        (),
        label=_("Providers within your own network"),
        help=_(
            "Networks such as 10.0.0.0/8, one a line, if a provider of your own stands in one. Others have public addresses."
        ),
        check=check_networks,
    )
