"""Time-based one-time codes (RFC 6238): 6 digits, 30 seconds, SHA-1, which is what every app can do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pyotp
import segno
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import CoreSettings, clock, reading, release, site, transact
from hookdesk_totp.models import Secret
from hookdesk_two_factor import challenge

KIND = "authenticator app"
WINDOW = 1
"""Steps before and after the present one whose codes are taken too: clocks differ, and people type slowly."""


def new_secret() -> str:
    """A secret of 160 bits in base32."""
    return pyotp.random_base32()


def address(secret: str, login: str) -> str:
    """What the app reads: an otpauth: URI."""
    issuer = site().settings.get("core", CoreSettings).site_name
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def picture(uri: str) -> str:
    """A QR code as SVG for the page; black on white whatever the theme, for cameras want it so."""
    return segno.make(uri, error="m").svg_inline(scale=4, dark="#000", light="#fff", border=3)


def step_of(secret: str, code: str) -> int | None:
    """The time step that a code belongs to: the present one, the one before or the next; None if it is of no such."""
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            "".join(code.split()), for_time=clock.now(), valid_window=WINDOW
        )
    except OTPVerificationError:
        return None


def set_up(user_id: int, secret: str, code: str) -> bool:
    """Keep a secret whose code shows that the app has it too; False if the code is wrong. The code is used up with that."""
    step = step_of(secret, code)
    if step is None:
        return False
    sealed = site().keys.encrypt(secret)

    def work(session: Session) -> None:
        session.merge(Secret(user_id=user_id, secret=sealed, last_step=step, created_at=clock.now()))
        challenge.note(session, "set up", KIND)

    transact(work, race=True)
    return True


def fits(user_id: int, code: str) -> bool:
    """Whether it is a code of the user's app that was not used yet; it is used up, once, however many try it at the same moment."""
    sealed = reading().scalar(select(Secret.secret).where(Secret.user_id == user_id))
    release()
    step = step_of(site().keys.decrypt(sealed), code) if sealed else None
    if step is None:
        return False
    used = (
        update(Secret)
        .where(Secret.user_id == user_id, Secret.secret == sealed, Secret.last_step < step)
        .values(last_step=step)
    )
    return transact(lambda session: bool(session.execute(used).rowcount))  # type: ignore[attr-defined]  # an UPDATE has one


def forget(session: Session, user_id: int) -> bool:
    """Delete a user's secret; whether there was one."""
    return bool(session.execute(delete(Secret).where(Secret.user_id == user_id)).rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the secret."""
    rows = reading().all(select(Secret.created_at).where(Secret.user_id == user_id))
    return [dict(row._mapping) for row in rows]


def held(user_ids: Collection[int]) -> dict[int, str]:
    """Which of these users have an app."""
    return dict.fromkeys(reading().scalars(select(Secret.user_id).where(Secret.user_id.in_(user_ids))), "")
