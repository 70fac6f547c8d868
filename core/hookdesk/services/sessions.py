"""Sign-in sessions and single-purpose tokens. The browser holds a random token, the database its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading
from hookdesk.models import SignInSession, Token
from hookdesk.outbox import emit
from hookdesk.secrets import new_token, token_hash
from hookdesk.services.transaction import transact
from hookdesk.settings import CoreSettings
from hookdesk.site import site

TOUCH = timedelta(minutes=5)


def idle_limit() -> timedelta:
    """How long a session lives without being used."""
    return timedelta(minutes=site().settings.get("core", CoreSettings).session_idle_minutes)


@dataclass(frozen=True, slots=True)
class KnownToken:
    """What a valid token stands for."""

    id: int
    user_id: int
    ticket_id: int | None


def open_session(user_id: int, face: str, address: str, browser: str) -> str:
    """Sign a user in at a face ("agent" or "portal"); the token for the cookie."""
    token, hashed = new_token()
    now = clock.now()
    lifetime = timedelta(days=site().settings.get("core", CoreSettings).session_days)

    def work(session: Session) -> None:
        session.add(
            SignInSession(
                token_hash=hashed, user_id=user_id, face=face, address=address[:64], browser=browser[:200],
                created_at=now, seen_at=now, confirmed_at=now, expires_at=now + lifetime,
            )
        )  # fmt: skip
        emit(session, "signed_in", {"user_id": user_id, "face": face, "address": address})

    transact(work)
    return token


COLUMNS = (
    SignInSession.id.label("session_id"), SignInSession.user_id, SignInSession.seen_at, SignInSession.address.label("bound_to"),
    SignInSession.confirmed_at,
)  # fmt: skip
LIVE = (
    SignInSession.token_hash == bindparam("hash"),
    SignInSession.face == bindparam("face"),
    SignInSession.revoked_at.is_(None),
    SignInSession.expires_at > bindparam("now"),
    SignInSession.seen_at > bindparam("idle_since"),
)
"""The conditions on the session of a token: not unknown, revoked, idle too long, too old, or of the other face; `asked` fills them in."""
_LIVE = select(*COLUMNS).where(*LIVE)


def asked(token: str, face: str) -> dict[str, Any]:
    """The values of `LIVE`."""
    now = clock.now()
    return {"hash": token_hash(token), "face": face, "now": now, "idle_since": now - idle_limit()}


def find_session(token: str, face: str) -> Row[Any] | None:
    """The live session of a token at a face, with `COLUMNS`."""
    return reading().first(_LIVE, asked(token, face))


def touch(session_id: int) -> None:
    """Note that a session is in use; callers do this at most each five minutes."""
    _set(session_id, seen_at=clock.now())


def confirm(session_id: int) -> None:
    """Note that the owner of a session has just proved again who they are."""
    _set(session_id, confirmed_at=clock.now())


def revoke(session_id: int) -> None:
    """End one session."""
    _set(session_id, revoked_at=clock.now())


def _set(session_id: int, **moment: datetime) -> None:
    """Set a moment of a session."""
    changed = update(SignInSession).where(SignInSession.id == session_id).values(**moment)
    transact(lambda session: session.execute(changed))


def revoke_all(session: Session, user_id: int, besides: int | None = None) -> None:
    """End all sessions of a user (a new password, a locked account), but for one if given."""
    ended = update(SignInSession).where(SignInSession.user_id == user_id, SignInSession.revoked_at.is_(None))
    if besides is not None:
        ended = ended.where(SignInSession.id != besides)
    session.execute(ended.values(revoked_at=clock.now()))


def issue_token(session: Session, purpose: str, user_id: int, lifetime: timedelta, ticket_id: int | None = None) -> str:
    """A token to be mailed to a user, for one purpose."""
    token, hashed = new_token()
    now = clock.now()
    session.add(
        Token(
            token_hash=hashed,
            purpose=purpose,
            user_id=user_id,
            ticket_id=ticket_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return token


def find_token(token: str, purpose: str) -> KnownToken | None:
    """What an unused, unexpired token of that purpose stands for."""
    row = reading().first(
        select(Token.id, Token.user_id, Token.ticket_id).where(
            Token.token_hash == token_hash(token),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > clock.now(),
        )
    )
    return KnownToken(*row) if row else None


def use_token(session: Session, token_id: int) -> bool:
    """Use a token up; False if somebody was quicker."""
    used = session.execute(
        update(Token).where(Token.id == token_id, Token.used_at.is_(None)).values(used_at=clock.now())
    )
    return bool(used.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one


def lock_out(session: Session, user_id: int) -> None:
    """End all sessions of a user and make their mailed links useless."""
    revoke_all(session, user_id)
    session.execute(update(Token).where(Token.user_id == user_id, Token.used_at.is_(None)).values(used_at=clock.now()))


def forget(session: Session, user_id: int) -> None:
    """Delete all sessions and mailed links of a user, with the addresses and browsers that they tell of."""
    for model in (SignInSession, Token):
        session.execute(delete(model).where(model.user_id == user_id))


def revoke_tokens(session: Session, purpose: str, user_id: int) -> None:
    """Make a user's unused tokens of a purpose useless."""
    unused = update(Token).where(Token.user_id == user_id, Token.purpose == purpose, Token.used_at.is_(None))
    session.execute(unused.values(used_at=clock.now()))
