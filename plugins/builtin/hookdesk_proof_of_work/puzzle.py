"""The puzzle: a number that, behind the challenge, gives a SHA-256 with enough zero bits at its head (Hashcash).

A challenge is signed, so that nothing has to be kept until it comes back.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta

from hookdesk.api import clock, site

LIFETIME = timedelta(hours=2)
"""So long somebody may write on a message."""
PURPOSE = "proof-of-work"
SIGNATURE = 26
_CHALLENGE = re.compile(rf"([0-9a-f]{{32}})-(\d{{1,2}})-(\d{{1,12}})-([a-z2-7]{{{SIGNATURE}}})", re.ASCII)
_ANSWER = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A challenge that was made here for this form and is not too old."""

    text: str
    nonce: str
    bits: int


def make(form: str, bits: int) -> str:
    """A new challenge for a form."""
    stem = f"{secrets.token_hex(16)}-{bits}-{int((clock.now() + LIFETIME).timestamp())}"
    return f"{stem}-{_signature(form, stem)}"


def read(form: str, text: str) -> Puzzle | None:
    """What came back; None if it was not made here, or for another form, or is too old."""
    found = _CHALLENGE.fullmatch(text)
    if found is None or int(found[3]) < clock.now().timestamp():
        return None
    stem = "-".join(found.groups()[:3])
    is_ours = site().keys.verify(PURPOSE, f"{form} {stem}", found[4])
    return Puzzle(text, found[1], int(found[2])) if is_ours else None


def is_solved(puzzle: Puzzle, answer: str) -> bool:
    """True if the answer solves it."""
    if not _ANSWER.fullmatch(answer):
        return False
    digest = hashlib.sha256(f"{puzzle.text}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - puzzle.bits) == 0


def _signature(form: str, stem: str) -> str:
    """What shows that a challenge was made here."""
    return site().keys.sign(PURPOSE, f"{form} {stem}", SIGNATURE)
