"""Challenges: made for one purpose and one browser, good for five minutes and for one answer."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import session
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk.api import clock, transact
from hookdesk_passkeys import base64url
from hookdesk_passkeys.models import UsedChallenge

KEY = "passkey"
LIFETIME = timedelta(minutes=5)


def make(purpose: str, user_id: int | None) -> bytes:
    """A new challenge; the browser's cookie remembers what it is for."""
    challenge = secrets.token_bytes(32)
    until = (clock.now() + LIFETIME).timestamp()
    session[KEY] = {"for": purpose, "user": user_id, "challenge": base64url.encode(challenge), "until": until}
    return challenge


def take(purpose: str, user_id: int | None) -> bytes | None:
    """The challenge that this browser was given for that purpose; None if there is none, or it is too old."""
    given = session.pop(KEY, None)
    if not given or (given["for"], given["user"]) != (purpose, user_id) or given["until"] < clock.now().timestamp():
        return None
    return base64url.decode(given["challenge"])


def use_up(challenge: bytes) -> bool:
    """Note that a challenge was answered well; False if it was before. What is too old to be answered is forgotten."""
    row = UsedChallenge(hash=hashlib.sha256(challenge).hexdigest(), until=clock.now() + LIFETIME)

    def work(session: Session) -> None:
        session.execute(delete(UsedChallenge).where(UsedChallenge.until < clock.now()))
        session.add(row)

    try:
        transact(work)
    except IntegrityError:
        return False
    return True
