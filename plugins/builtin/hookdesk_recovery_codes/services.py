"""Ten codes at a time, each good once. They are shown when they are made and never again."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, site, transact
from hookdesk_recovery_codes.models import Code
from hookdesk_two_factor import challenge

KIND = "recovery codes"
COUNT = 10
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that looks like a digit. Twelve of them are 60 bits."""
MEANT = str.maketrans("oil", "011")


def make(user_id: int) -> list[str]:
    """New codes in place of those that there were."""
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(COUNT)]
    rows = [Code(hash=_hash(user_id, code), user_id=user_id) for code in codes]

    def work(session: Session) -> None:
        forget(session, user_id)
        session.add_all(rows)
        challenge.note(session, "made new", KIND)

    transact(work)
    return codes


def use(user_id: int, code: str) -> bool:
    """Use a code up; False if it is none of this user's, or was used before."""
    mine = (Code.hash == _hash(user_id, code), Code.user_id == user_id, Code.used_at.is_(None))
    used = update(Code).where(*mine).values(used_at=clock.now())
    return transact(lambda session: bool(session.execute(used).rowcount))  # type: ignore[attr-defined]  # an UPDATE has one


def left(user_ids: Collection[int]) -> dict[int, int]:
    """How many unused codes each of these users has, if they made any."""
    unused = select(Code.user_id, func.count() - func.count(Code.used_at)).where(Code.user_id.in_(user_ids))
    return dict(reading().all(unused.group_by(Code.user_id)))


def forget(session: Session, user_id: int) -> bool:
    """Delete a user's codes; whether there were any."""
    return bool(session.execute(delete(Code).where(Code.user_id == user_id)).rowcount)  # type: ignore[attr-defined]  # a DELETE has one


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the hashes."""
    rows = reading().all(select(Code.used_at).where(Code.user_id == user_id).order_by(Code.used_at))
    return [dict(row._mapping) for row in rows]


def _hash(user_id: int, code: str) -> str:
    """What is stored: of the letters alone, as they were meant."""
    plain = "".join(letter for letter in code.lower().translate(MEANT) if letter in LETTERS)
    return site().keys.sign("recovery code", f"{user_id}:{plain}", 52)
