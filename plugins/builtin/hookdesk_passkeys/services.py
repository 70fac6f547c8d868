"""Adding passkeys, checking what they signed, removing them."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from flask_babel import ngettext
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clean_line, clock, log, reading, release, transact
from hookdesk_passkeys import base64url, challenges, party
from hookdesk_passkeys.models import Passkey
from hookdesk_two_factor import challenge

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication

logger = logging.getLogger(__name__)
KIND = "passkey"
LONGEST = 20_000
"""Characters of an answer; real ones have some two thousand."""


def creation_options(user_id: int, login: str, name: str) -> str:
    """What the browser needs to make a passkey, as JSON. One that can be found without a login, where the authenticator has room."""
    from hookdesk_passkeys import ceremony  # few processes need it

    return ceremony.creation_options(user_id, login, name, challenges.make("create", user_id), _ids(user_id))


def request_options(purpose: str, user_id: int | None, *, verified: bool) -> str:
    """What the browser needs to have a passkey sign, as JSON; without a user, any passkey that it has for this site."""
    from hookdesk_passkeys import ceremony

    known = _ids(user_id) if user_id is not None else None
    return ceremony.request_options(challenges.make(purpose, user_id), known, verified=verified)


def _ids(user_id: int) -> list[bytes]:
    """The ids of a user's passkeys."""
    ids = reading().scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id))
    return [base64url.decode(one) for one in ids]


def add(user_id: int, answer: str, name: str) -> bool:
    """Keep a new passkey; False if the answer is not good, or the passkey is known."""
    expected = challenges.take("create", user_id)
    if expected is None or len(answer) > LONGEST:
        return False
    from hookdesk_passkeys import ceremony

    try:
        made = ceremony.made(answer, expected)
    except Exception as error:  # bytes of strangers: whatever the parser makes of them, the answer is no
        logger.info("a new passkey was refused: %s", error)
        return False
    key = base64url.encode(made.credential_id)
    known = reading().scalar(select(Passkey.id).where(Passkey.credential_id == key))
    if known is not None or not challenges.use_up(expected):
        return False
    row = Passkey(
        user_id=user_id, credential_id=key, public_key=base64url.encode(made.credential_public_key),
        sign_count=made.sign_count, can_sync=ceremony.can_sync(made),
        is_synced=made.credential_backed_up, name=clean_line(name)[:100] or KIND, created_at=clock.now(),
    )  # fmt: skip

    def work(session: Session) -> None:
        session.add(row)
        challenge.note(session, "set up", KIND)

    transact(work)
    return True


def check(purpose: str, user_id: int | None, answer: str, *, verified: bool) -> int | None:
    """The user whose passkey signed this browser's challenge; None if anything about it is not as it should be.

    `user_id`: whose it has to be, None for whoever's. `verified`: the authenticator must have checked who holds it (PIN, finger, face).
    """
    expected = challenges.take(purpose, user_id)
    row = _named(answer)
    if expected is None or row is None or (user_id is not None and row.user_id != user_id):
        return None
    release()
    from hookdesk_passkeys import ceremony

    try:
        signed = ceremony.signed(answer, expected, base64url.decode(row.public_key), verified=verified)
    except Exception as error:  # as above
        logger.info("a passkey's answer was refused: %s", error)
        return None
    if not _is_the_same(row, signed, ceremony.can_sync(signed)) or not _names_its_owner(
        row.user_id, answer, user_id is None
    ):
        return None
    if not challenges.use_up(expected):
        return None
    values = {"sign_count": signed.new_sign_count, "is_synced": signed.credential_backed_up, "used_at": clock.now()}
    transact(lambda session: session.execute(update(Passkey).where(Passkey.id == row.id).values(**values)))
    return int(row.user_id)


def _named(answer: str) -> Any:
    """The stored passkey that an answer names."""
    if len(answer) > LONGEST:
        return None
    try:
        key = str(json.loads(answer)["id"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return reading().first(select(*Passkey.__table__.columns).where(Passkey.credential_id == key[:1400]))


def _is_the_same(row: Any, signed: VerifiedAuthentication, can_sync: bool) -> bool:
    """Whether counter and kind fit what is known. A counter that stands still means that there are two of a passkey."""
    counts = signed.new_sign_count or row.sign_count
    if can_sync == row.can_sync and (not counts or signed.new_sign_count > row.sign_count):
        return True
    told = f"The passkey {row.name!r} of user {row.user_id} was refused: its counter or kind is not what it was, it may be a copy."
    transact(lambda session: log.write(session, "warning", "passkeys", told))
    return False


def _names_its_owner(user_id: int, answer: str, must: bool) -> bool:
    """Whether the handle in the answer is its owner's; where no login was given there must be one (WebAuthn §7.2, step 6)."""
    given = json.loads(answer)["response"].get("userHandle")
    if not given:
        return not must
    return hmac.compare_digest(base64url.decode(str(given)), party.handle(user_id))


def remove(user_id: int, passkey_id: int) -> str:
    """Delete one of a user's passkeys; its name, "" if there is none such."""

    def work(session: Session) -> str:
        row = session.get(Passkey, passkey_id, with_for_update=True)
        if row is None or row.user_id != user_id:
            return ""
        session.delete(row)
        challenge.note(session, "removed", f"{KIND} {row.name}")
        return row.name

    return transact(work)


def forget(session: Session, user_id: int) -> bool:
    """Delete all of a user's passkeys; whether there were any."""
    return bool(session.execute(delete(Passkey).where(Passkey.user_id == user_id)).rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the keys."""
    columns = (Passkey.name, Passkey.created_at, Passkey.used_at)
    rows = reading().all(select(*columns).where(Passkey.user_id == user_id).order_by(Passkey.id))
    return [dict(row._mapping) for row in rows]


def held(user_ids: Collection[int]) -> dict[int, str]:
    """Which of these users have passkeys, and how many."""
    counted = select(Passkey.user_id, func.count()).where(Passkey.user_id.in_(user_ids)).group_by(Passkey.user_id)
    return {
        user_id: ngettext("%(num)s passkey", "%(num)s passkeys", count) for user_id, count in reading().all(counted)
    }
