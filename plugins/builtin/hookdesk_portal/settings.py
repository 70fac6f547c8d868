"""What the admin sets for the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting

N_ = str  # marks words for translation that are translated where they are used
PROMISE = N_("within one working day")


@dataclass(frozen=True)
class Settings:
    """Words and limits of the portal."""

    version: ClassVar[int] = 1
    promise: str = setting(
        PROMISE,
        label=_l("When a person answers"),
        help=_l("Goes on after “A person answers”. Empty: nothing is promised."),
        maximum=120,
    )
    posts_per_minute: int = setting(
        20,
        label=_l("Messages a minute from one address"),
        help=_l("More are turned away for a minute. Raise it if many people share one address."),
        minimum=1,
        maximum=10_000,
    )
