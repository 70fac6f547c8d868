"""What the admin sets."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """Settings of incoming mail."""

    own_addresses: tuple[str, ...] = setting(
        (),
        label=_("Our own addresses"),
        help=_(
            "One a line. Mail that comes from one of them is turned away, or two programs could answer each other for ever."
        ),
    )
    match_number: bool = setting(
        True,
        label=_("Find the ticket by its number in the subject"),
        help=_("Only for people who take part in that ticket, and only if the mail says nothing better."),
    )
    late_minutes: int = setting(
        15,
        label=_("Warn if mail waits longer than"),
        minimum=1,
        maximum=1440,
        help=_("Minutes in the spool; the health page then says so."),
    )
