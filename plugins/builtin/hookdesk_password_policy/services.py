"""Checking a password that somebody wants, remembering those that they had, and when one is too old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Event, clock, reading, release, transact
from hookdesk_auth_password import hashing
from hookdesk_auth_password.models import Password
from hookdesk_password_policy.common import is_common
from hookdesk_password_policy.models import Past
from hookdesk_password_policy.settings import Settings


def problems(user_id: int, password: str, settings: Settings) -> Sequence[str]:
    """What is wrong with it. Hashes are compared last, for that is slow on purpose."""
    if is_common(password):
        return [_("This is among the first that somebody would try. Take words that do not belong together.")]
    word = next((word for word in settings.words if word.casefold() in password.casefold()), None)
    if word is not None:
        return [_("No password may contain “%(word)s” here.", word=word)]
    if any(hashing.fits(password, stored) for stored in _had(user_id, settings.history)):
        return [_("You had this password already. Choose another one.")]
    return []


def _had(user_id: int, most: int) -> list[str]:
    """Hashes of the last passwords, the present one among them."""
    if not most:
        return []
    present = reading().scalar(select(Password.hash).where(Password.user_id == user_id))
    past = select(Past.hash).where(Past.user_id == user_id).order_by(Past.id.desc()).limit(most)
    found = list(dict.fromkeys([*([present] if present else []), *reading().scalars(past)]))
    release()
    return found[:most]


def remember(event: Event, settings: Settings) -> None:
    """Note a user's new password, and forget those that are too long ago to matter."""
    user_id = int(event.data["user_id"])
    present = reading().scalar(select(Password.hash).where(Password.user_id == user_id))
    release()

    def work(session: Session) -> None:
        last = session.scalar(select(Past.hash).where(Past.user_id == user_id).order_by(Past.id.desc()).limit(1))
        if present and present != last:
            session.add(Past(user_id=user_id, hash=present, since=clock.now()))
            session.flush()
        kept = select(Past.id).where(Past.user_id == user_id).order_by(Past.id.desc()).limit(settings.history)
        session.execute(delete(Past).where(Past.user_id == user_id, Past.id.not_in(kept)))

    transact(work)


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the hashes."""
    rows = reading().all(select(Past.since).where(Past.user_id == user_id).order_by(Past.id))
    return [dict(row._mapping) for row in rows]


def merge(survivor_id: int, merged_id: int) -> None:
    """Two users are one, who had the passwords of both."""
    handed = update(Past).where(Past.user_id == merged_id).values(user_id=survivor_id)
    transact(lambda session: session.execute(handed))


def forget(user_id: int) -> None:
    """Delete what a user had."""
    transact(lambda session: session.execute(delete(Past).where(Past.user_id == user_id)))


def remember_present() -> None:
    """Begin with the passwords that there are, so that the first change leads away from them for good."""
    known = select(Past.id).where(Past.user_id == Password.user_id, Past.hash == Password.hash).exists()
    present = select(Password.user_id, Password.hash, Password.changed_at).where(~known)
    transact(lambda session: session.execute(insert(Past).from_select(["user_id", "hash", "since"], present)))


def is_expired(user_id: int, settings: Settings) -> bool:
    """Whether a user's password is older than it may be."""
    if not settings.expiry_days:
        return False
    changed = reading().scalar(select(Password.changed_at).where(Password.user_id == user_id))
    return changed is not None and clock.now() - changed > timedelta(days=settings.expiry_days)
