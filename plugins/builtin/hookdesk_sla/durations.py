"""Working time as people write it: "8h", "1h 30m", "45m"; a bare number counts hours, and after hours minutes."""

from __future__ import annotations

import re

from flask_babel import gettext as _

MOST = 8760 * 60
_PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*([a-z]*)\.?\s*")
_UNITS = {"h": 60, "s": 60, "m": 1}
"""First letter → minutes: hours, Stunden, minutes."""


def parse(text: str) -> int | None:
    """Minutes; None for nothing.

    Raises:
        ValueError: it is no such time, or longer than a year.
    """
    text = text.strip().lower()
    if not text:
        return None
    minutes, place = 0.0, 0
    while place < len(text):
        part = _PART.match(text, place)
        unit = _UNITS.get(part[2][:1] or ("m" if place else "h")) if part else None
        if part is None or unit is None:
            raise ValueError(_("Write a time like 8h, 1h 30m or 45m."))
        minutes += float(part[1].replace(",", ".")) * unit
        place = part.end()
    if not 1 <= minutes <= MOST:
        raise ValueError(_("A time lies between one minute and 8,760 hours."))
    return round(minutes)


def show(minutes: int | None) -> str:
    """Minutes as `parse` reads them."""
    if not minutes:
        return ""
    hours, rest = divmod(abs(minutes), 60)
    return " ".join(filter(None, [f"{hours}h" if hours else "", f"{rest}m" if rest else ""]))
