"""What an admin can ask of passwords. Their length is a setting of the plugin that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from flask_babel import lazy_gettext as _l

from hookdesk.api import setting


@dataclass(frozen=True)
class Settings:
    """History, age, words."""

    version: ClassVar[int] = 1
    history: int = setting(
        5,
        label=_l("Former passwords that cannot be taken again"),
        help=_l("The present one is among them. Each is checked when a new one is chosen, which takes a moment."),
        minimum=0,
        maximum=24,
    )
    expiry_days: int = setting(
        0,
        label=_l("Days until a password expires"),
        help=_l(
            "Agents then choose a new one before anything else. 0: never, which is the advice of today (NIST SP 800-63B)."
        ),
        minimum=0,
        maximum=3650,
    )
    words: tuple[str, ...] = setting(
        (),
        label=_l("Words that no password may contain"),
        help=_l("One a line: your company, your product, your town."),
        maximum=200,
    )
