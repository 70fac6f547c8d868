"""Failed attempts slow down whoever makes them: per login and address, and per address. Nobody can lock an account for its owner.

An attempt is counted before it is made, so that a hundred at the same time are not a hundred free ones.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from flask_babel import ngettext
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, release, transact
from hookdesk_auth_password.models import Attempt

FORGET = timedelta(hours=1)
LONGEST = timedelta(minutes=15)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Gate:
    """What is counted under one key: `free` attempts cost nothing, then the wait begins at `wait` and doubles up to 15 minutes."""

    key: str
    free: int
    wait: timedelta = timedelta(seconds=30)


def gate(*parts: str, free: int, wait: timedelta = timedelta(seconds=30)) -> Gate:
    """A gate whose key cannot be read back."""
    return Gate(hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest(), free, wait)


def sign_in_gates(login: str, address: str) -> tuple[Gate, Gate]:
    """The two gates of a sign-in."""
    where = network(address)
    return gate("pair", login, where, free=5), gate("address", where, free=30)


def network(address: str) -> str:
    """An address as it is counted: a whole /64 in IPv6, for that is what one household or server gets (RFC 6177)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def enter(*gates: Gate) -> int:
    """Count an attempt at all gates: 0. If one is shut, nothing is counted and the answer is for how many seconds still."""

    def work(session: Session) -> int:
        now = clock.now()
        rows = [_row(session, one, now) for one in gates]
        shut = [row.blocked_until for row in rows if row.blocked_until is not None and row.blocked_until > now]
        if shut:
            return ceil((max(shut) - now).total_seconds())
        for one, row in zip(gates, rows, strict=True):
            row.failures, row.last_at = row.failures + 1, now
            beyond = row.failures - one.free
            row.blocked_until = now + min(one.wait * 2 ** min(beyond, 10), LONGEST) if beyond >= 0 else None
        return 0

    return transact(work, race=True)


def _row(session: Session, one: Gate, now: datetime) -> Attempt:
    """The counter of a gate, locked; an old one begins anew."""
    row = session.get(Attempt, one.key, with_for_update=True)
    if row is None:
        row = Attempt(key=one.key, failures=0, last_at=now)
        session.add(row)
        session.flush()
    elif row.last_at < now - FORGET:
        row.failures, row.blocked_until = 0, None
    return row


def forgive(own: Gate, *shared: Gate) -> None:
    """The attempt was a good one: forget `own`, and take it off what is shared with others (they may be guessing)."""

    def work(session: Session) -> None:
        session.execute(delete(Attempt).where(Attempt.key == own.key))
        for one in shared:
            row = session.get(Attempt, one.key, with_for_update=True)
            if row is not None:
                row.failures, row.blocked_until = max(row.failures - 1, 0), None

    transact(work)


def words(seconds: int) -> str:
    """What somebody is told who tried too often."""
    minutes = -(-seconds // 60)
    text: str = ngettext(
        "That was tried too often. Wait a minute, then try again.",
        "That was tried too often. Wait %(num)d minutes, then try again.",
        minutes,
    )
    return text


def clean_up() -> int:
    """Delete counters that mean nothing any more, at most 500; how many."""
    keys = list(reading().scalars(select(Attempt.key).where(Attempt.last_at < clock.now() - FORGET).limit(BATCH)))
    release()
    if keys:
        transact(lambda session: session.execute(delete(Attempt).where(Attempt.key.in_(keys))))
    return len(keys)
