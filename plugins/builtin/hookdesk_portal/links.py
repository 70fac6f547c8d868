"""Links that show one person one ticket: signed, so that no row has to be kept.

Each is bound to both and to the address that it was mailed to, and good for 30 days: who loses the address loses the link. All links to a
ticket can be ended before that.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from hookdesk.api import UserEmail, absolute_url, clock, reading, site
from hookdesk_portal.models import EndedLinks

LIFETIME = timedelta(days=30)
PURPOSE = "portal-link"
SIGNATURE = 26  # characters of 5 bits: 130 bits, for the link alone opens the ticket
_TOKEN = re.compile(rf"([0-9a-z]{{1,12}})-([0-9a-z]{{1,12}})-([0-9a-z]{{1,9}})-([a-z2-7]{{{SIGNATURE}}})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Link:
    """Who may see what."""

    ticket_id: int
    user_id: int


def make(ticket_id: int, user_id: int, mailed_to: str) -> str:
    """The token of a link."""
    until = int((clock.now() + LIFETIME).timestamp())
    stem = "-".join(_base36(number) for number in (ticket_id, user_id, until))
    return f"{stem}-{_signature(stem, mailed_to, times_ended(ticket_id))}"


def read(token: str) -> Link | None:
    """What a token stands for; None if it was not made here, is too old, or went to an address that the person has no longer."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    stem = "-".join(found.groups()[:3])
    ticket_id, user_id, until = (int(part, 36) for part in found.groups()[:3])
    addresses = reading().scalars(select(UserEmail.address).where(UserEmail.user_id == user_id))
    times = times_ended(ticket_id)
    is_ours = any(hmac.compare_digest(_signature(stem, mailed_to, times), found[4]) for mailed_to in addresses)
    return Link(ticket_id, user_id) if is_ours and until >= clock.now().timestamp() else None


def times_ended(ticket_id: int) -> int:
    """How often all links to a ticket were ended."""
    return reading().scalar(select(EndedLinks.times).where(EndedLinks.ticket_id == ticket_id)) or 0


def _signature(stem: str, mailed_to: str, times: int) -> str:
    """What binds a token's parts to the address that it went to, and to how often links were ended before it."""
    since = f" {times}" if times else ""
    return site().keys.sign(PURPOSE, f"{stem} {mailed_to}{since}", SIGNATURE)


def address(ticket_id: int, user_id: int, mailed_to: str) -> str:
    """The whole address, for this person's mail and nobody else's."""
    return absolute_url("portal.follow", token=make(ticket_id, user_id, mailed_to))


def _base36(number: int) -> str:
    """A number in few characters."""
    digits = ""
    while True:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
        if not number:
            return digits
