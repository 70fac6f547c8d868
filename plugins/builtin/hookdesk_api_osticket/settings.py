"""What the admin sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """Settings of the API."""

    version: ClassVar[int] = 1
    calls_per_minute: int = setting(
        600,
        label=_l("Calls a minute, at most"),
        help=_l(
            "For each key that has no number of its own. What is beyond is answered with 429, and when to come again."
        ),
        minimum=1,
        maximum=1_000_000,
    )
    keep_calls_days: int = setting(30, label=_l("Days for which the log of calls is kept"), minimum=1, maximum=365)
