"""What an admin can set."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """Settings of the clocks as a whole."""

    pausing: tuple[str, ...] = setting(
        ("pending",),
        label=_("Statuses that pause"),
        help=_("Keys of statuses, one a line. While a ticket has one of them, its clocks stand still."),
    )
