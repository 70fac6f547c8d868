"""What holds for all mailboxes."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """When an administrator is told that a mailbox has stopped."""

    alarm_failures: int = setting(
        5,
        label=_("Raise the alarm after failures"),
        minimum=1,
        maximum=100,
        help=_("So many in a row. It is tried again all the while, less and less often, up to every 15 minutes."),
    )
    alarm_minutes: int = setting(
        60,
        label=_("Raise the alarm after silence"),
        minimum=5,
        maximum=10_080,
        help=_("Minutes in which a mailbox could not be looked into, for whatever reason."),
    )
