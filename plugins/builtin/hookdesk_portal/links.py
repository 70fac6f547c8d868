"""Links that show one person one ticket: signed, so that no row has to be kept; bound to both, and good for 30 days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from hookdesk.api import absolute_url, clock, site

LIFETIME = timedelta(days=30)
PURPOSE = "portal-link"
SIGNATURE = 26  # characters of 5 bits: 130 bits, for the link alone opens the ticket
_TOKEN = re.compile(rf"([0-9a-z]{{1,13}})-([0-9a-z]{{1,13}})-([0-9a-z]{{1,9}})-([a-z2-7]{{{SIGNATURE}}})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Link:
    """Who may see what."""

    ticket_id: int
    user_id: int


def make(ticket_id: int, user_id: int) -> str:
    """The token of a link."""
    until = int((clock.now() + LIFETIME).timestamp())
    stem = "-".join(_base36(number) for number in (ticket_id, user_id, until))
    return f"{stem}-{site().keys.sign(PURPOSE, stem, SIGNATURE)}"


def read(token: str) -> Link | None:
    """What a token stands for; None if it was not made here or is too old."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    stem = "-".join(found.groups()[:3])
    ticket_id, user_id, until = (int(part, 36) for part in found.groups()[:3])
    if not site().keys.verify(PURPOSE, stem, found[4]) or until < clock.now().timestamp():
        return None
    return Link(ticket_id, user_id)


def address(ticket_id: int, user_id: int) -> str:
    """The whole address, for this person's mail and nobody else's."""
    return absolute_url("portal.follow", token=make(ticket_id, user_id))


def _base36(number: int) -> str:
    """A number in few characters."""
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
