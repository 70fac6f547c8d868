"""Adding passkeys, checking what they signed, removing them."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Collection
from typing import Any

from flask_babel import ngettext
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hookdesk.api import clean_line, clock, log, reading, release, transact
from hookdesk_passkeys import challenges, party
from hookdesk_passkeys.models import Passkey
from hookdesk_two_factor import challenge

logger = logging.getLogger(__name__)
KIND = "passkey"
LONGEST = 20_000
"""Characters of an answer; real ones have some two thousand."""


def creation_options(user_id: int, login: str, name: str) -> str:
    """What the browser needs to make a passkey, as JSON. One that can be found without a login, where the authenticator has room."""
    options = generate_registration_options(
        rp_id=party.domain(), rp_name=party.name(), user_id=party.handle(user_id), user_name=login, user_display_name=name,
        challenge=challenges.make("create", user_id), exclude_credentials=_descriptors(user_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )  # fmt: skip
    return options_to_json(options)


def request_options(purpose: str, user_id: int | None, *, verified: bool) -> str:
    """What the browser needs to have a passkey sign, as JSON; without a user, any passkey that it has for this site."""
    wanted = UserVerificationRequirement.REQUIRED if verified else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=party.domain(), challenge=challenges.make(purpose, user_id), user_verification=wanted,
        allow_credentials=_descriptors(user_id) if user_id is not None else None,
    )  # fmt: skip
    return options_to_json(options)


def _descriptors(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    """A user's passkeys by their ids."""
    ids = reading().scalars(select(Passkey.credential_id).where(Passkey.user_id == user_id))
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in ids]


def add(user_id: int, answer: str, name: str) -> bool:
    """Keep a new passkey; False if the answer is not good, or the passkey is known."""
    expected = challenges.take("create", user_id)
    if expected is None or len(answer) > LONGEST:
        return False
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=expected,
            expected_rp_id=party.domain(),
            expected_origin=party.origin(),
        )
    except Exception as error:  # bytes of strangers: whatever the parser makes of them, the answer is no
        logger.info("a new passkey was refused: %s", error)
        return False
    key = bytes_to_base64url(made.credential_id)
    known = reading().scalar(select(Passkey.id).where(Passkey.credential_id == key))
    if known is not None or not challenges.use_up(expected):
        return False
    row = Passkey(
        user_id=user_id, credential_id=key, public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count, can_sync=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
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
    try:
        signed = verify_authentication_response(
            credential=answer, expected_challenge=expected, expected_rp_id=party.domain(),
            expected_origin=party.origin(), credential_public_key=base64url_to_bytes(row.public_key),
            credential_current_sign_count=0, require_user_verification=verified,
        )  # fmt: skip
    except Exception as error:  # as above
        logger.info("a passkey's answer was refused: %s", error)
        return None
    if not _is_the_same(row, signed) or not _names_its_owner(row.user_id, answer, user_id is None):
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


def _is_the_same(row: Any, signed: VerifiedAuthentication) -> bool:
    """Whether counter and kind fit what is known. A counter that stands still means that there are two of a passkey."""
    can_sync = signed.credential_device_type is CredentialDeviceType.MULTI_DEVICE
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
    return hmac.compare_digest(base64url_to_bytes(str(given)), party.handle(user_id))


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
