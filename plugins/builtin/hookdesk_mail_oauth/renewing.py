"""Access tokens, kept fresh: whoever needs one first renews it, however many ask at the same moment.

A provider may give a new refresh token each time, and forget the old one (RFC 6749 section 6). So one process renews at a time, holding a
lease; the new tokens replace the old ones in one transaction, and until then the old ones are there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from oauthlib.oauth2 import WebApplicationClient
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import AccessToken, Refusal, clock, crash_point, log, reading, release, site, transact
from hookdesk_mail_oauth import provider
from hookdesk_mail_oauth.models import Connection
from hookdesk_mail_oauth.provider import ProviderProblem, Tokens

LEASE = timedelta(seconds=60)
JUST_NOW = timedelta(seconds=60)
"""A token that is younger than that is not renewed again, even if a server has refused it: a newer one would not help."""
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(minutes=15)
WAIT_S, STEP_S = 30.0, 0.1
COLUMNS = (
    Connection.id, Connection.user, Connection.client_id, Connection.client_secret, Connection.token_url, Connection.state,
    Connection.error, Connection.failures, Connection.retry_at, Connection.access_token, Connection.access_ends_at, Connection.renew_at,
    Connection.refresh_token, Connection.renewed_at, Connection.version, Connection.leased_until, Connection.name,
)  # fmt: skip


def token_of(
    connection_id: int, allowed: tuple[str, ...], *, renew: bool = False, force: bool = False
) -> AccessToken | None:
    """The token of a connection, renewed if it is near its end; None if there is no such connection. `renew`: a server has refused the
    present one; `force` asks the provider whatever happened before.

    Raises:
        Refusal: there is none at the moment, and why.
    """
    until = time.monotonic() + WAIT_S
    while True:
        held = _held(connection_id)
        if held is None:
            return None
        if (usable := _without_asking(held, renew, force)) is not None:
            return usable
        if _lease(held):
            force = False
            _ask(held, allowed)
        elif not renew and _is_usable(held):
            return _opened(held)  # another process is at it, and this one is still good
        elif time.monotonic() > until:
            raise Refusal(f"{held.name}: another process has been renewing the token for too long")
        else:
            release()
            time.sleep(STEP_S)


def _held(connection_id: int) -> Any:
    """What is stored now."""
    release()
    return reading().first(select(*COLUMNS).where(Connection.id == connection_id))


def _without_asking(held: Any, renew: bool, force: bool) -> AccessToken | None:
    """The token that is there, if it will do; None if the provider has to be asked.

    Raises:
        Refusal: it would not help to ask, or not yet.
    """
    now = clock.now()
    if not held.refresh_token or (held.state == "consent" and not force):
        raise Refusal(f"{held.name}: somebody has to sign in at the provider{': ' if held.error else ''}{held.error}")
    if force:
        return None
    is_young = held.renewed_at is not None and now - held.renewed_at < JUST_NOW
    if _is_usable(held) and (is_young if renew else now < held.renew_at):
        return _opened(held)
    if held.retry_at is not None and now < held.retry_at:
        if _is_usable(held) and not renew:
            return _opened(held)
        raise Refusal(f"{held.name}: {held.error}")
    return None


def _is_usable(held: Any) -> bool:
    """True while the stored token counts."""
    return bool(held.access_token) and held.access_ends_at is not None and clock.now() < held.access_ends_at


def _opened(held: Any) -> AccessToken:
    """The stored token."""
    return AccessToken(held.user, site().keys.decrypt(held.access_token), held.access_ends_at)


def _lease(held: Any) -> bool:
    """Be the one who renews these tokens; False if another process is, or did."""
    now = clock.now()
    is_free = or_(Connection.leased_until.is_(None), Connection.leased_until <= now)
    taken = (
        update(Connection)
        .where(Connection.id == held.id, Connection.version == held.version, is_free)
        .values(leased_until=now + LEASE)
    )
    return bool(transact(lambda session: session.execute(taken).rowcount))  # type: ignore[attr-defined]  # an UPDATE has one


def _ask(held: Any, allowed: tuple[str, ...]) -> None:
    """Renew, and store how that went."""
    keys = site().keys
    secret = keys.decrypt(held.client_secret) if held.client_secret else None
    form = WebApplicationClient(held.client_id).prepare_refresh_body(
        refresh_token=keys.decrypt(held.refresh_token), client_id=held.client_id, client_secret=secret
    )
    release()
    try:
        tokens = provider.exchange(held.token_url, form, allowed)
    except ProviderProblem as problem:
        _store(held, failed(held.failures, problem), problem)
        return
    crash_point("mail-oauth-after-answer")
    _store(held, stored(tokens), None)


def stored(tokens: Tokens) -> dict[str, Any]:
    """The columns that new tokens fill. They are renewed after three quarters of their time."""
    now, keys = clock.now(), site().keys
    values: dict[str, Any] = {
        "state": "working", "error": "", "failures": 0, "retry_at": None, "renewed_at": now,
        "access_token": keys.encrypt(tokens.access), "access_ends_at": tokens.ends_at, "renew_at": now + (tokens.ends_at - now) * 3 / 4,
    }  # fmt: skip
    if tokens.refresh:
        values |= {"refresh_token": keys.encrypt(tokens.refresh), "refresh_ends_at": tokens.refresh_ends_at}
    elif tokens.refresh_ends_at:
        values["refresh_ends_at"] = tokens.refresh_ends_at
    return values


def failed(failures: int, problem: ProviderProblem) -> dict[str, Any]:
    """The columns that a failure fills. The refresh token stays: providers have been wrong about it, and trying again costs nothing."""
    return {
        "state": "consent" if problem.needs_consent else "failed", "error": str(problem), "failures": failures + 1,
        "retry_at": clock.now() + delay(failures),
    }  # fmt: skip


def delay(failures: int) -> timedelta:
    """How long to wait after so many failures in a row before: 30 s, 1 min, 2 min … at most 15."""
    return min(FIRST_DELAY * (1 << min(failures, 10)), LONGEST_DELAY)


def _store(held: Any, values: Mapping[str, Any], problem: ProviderProblem | None) -> None:
    """Store it in one transaction, unless somebody has signed in anew meanwhile; tell of it where that is news."""

    def work(session: Session) -> None:
        changed = (
            update(Connection)
            .where(Connection.id == held.id, Connection.version == held.version)
            .values(**values, version=Connection.version + 1, leased_until=None)
        )
        if session.execute(changed).rowcount and values["state"] != held.state:  # type: ignore[attr-defined]  # an UPDATE has one
            tell(session, held.name, values["state"], str(problem or ""))

    transact(work)


def tell(session: Session, name: str, state: str, words: str) -> None:
    """A line in the log; administrators are told of errors by mail, through whichever account still works."""
    if state == "working":
        log.write(session, "info", "mail_oauth", f"the sign-in {name} works again")
    elif state == "consent":
        log.write(
            session,
            "error",
            "mail_oauth",
            f"the sign-in {name} needs somebody to sign in at the provider again: {words}",
        )
    else:
        log.write(session, "warning", "mail_oauth", f"the sign-in {name} could not be renewed: {words}")


def keep_alive(allowed: tuple[str, ...], idle: timedelta = timedelta(hours=20)) -> int:
    """Renew what nobody has used for a day, so that it does not lapse, and a withdrawn consent is noticed early; how many were renewed."""
    before = clock.now() - idle
    release()
    due = select(Connection.id).where(Connection.state != "consent", Connection.renewed_at <= before)
    done = 0
    for connection_id in list(reading().scalars(due)):
        try:
            done += token_of(connection_id, allowed, renew=True) is not None
        except Refusal:
            continue  # its row says why
    return done
