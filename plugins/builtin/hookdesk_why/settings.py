"""What an admin may choose about the trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """The settings of why."""

    version: ClassVar[int] = 1

    steps_beside: int = setting(
        8,
        label=_l("Steps beside a ticket, at most"),
        help=_l("The page behind “Full trace” always shows them all."),
        minimum=1,
        maximum=50,
    )
    keep_days: int = setting(
        365,
        label=_l("Days to keep what was compared"),
        help=_l(
            "Then a trace says what was decided, by whom and why, and no more. 0 keeps everything as long as the ticket."
        ),
        minimum=0,
        maximum=10_000,
    )
