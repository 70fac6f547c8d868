"""`Idempotency-Key`: the same call twice makes one ticket. For 24 hours a key stands for the first request that bore it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, transact
from hookdesk_api_osticket.models import Claim
from hookdesk_api_osticket.problems import ApiProblem

HEADER = "Idempotency-Key"
LONGEST = 255
LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim, with status and answer of the first call if that is over."""

    id: int
    status: int | None
    answer: str

    @property
    def dedupe(self) -> str:
        """The name of its intake record: intake takes in one of that name once, whatever happens to the call."""
        return f"api_osticket:{self.id}"


def claim(key_id: int, operation: str, body: bytes) -> Claimed | None:
    """What this request's `Idempotency-Key` stands for; None if it has none.

    Raises:
        ApiProblem: 400, it is empty or too long; 422, it came with another request before.
    """
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not 0 < len(name) <= LONGEST:
        raise ApiProblem(400, f"{HEADER} must have 1 to {LONGEST} characters")
    asked = hashlib.sha256(operation.encode() + b"\0" + body).hexdigest()
    name_sha256 = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    found = transact(lambda session: _claimed(session, key_id, name_sha256, asked), race=True)
    if found is None:
        raise ApiProblem(422, f"This {HEADER} was used for another request; use a new one")
    return found


def _claimed(session: Session, key_id: int, name_sha256: str, asked: str) -> Claimed | None:
    """The claim, made if there is none or the old one is over; None if it is for something else."""
    now = clock.now()
    where = (Claim.key_id == key_id, Claim.name_sha256 == name_sha256)
    row = session.scalar(select(Claim).where(*where))
    if row is not None and row.made_at < now - LIFETIME:
        session.delete(row)
        session.flush()
        row = None
    if row is None:
        row = Claim(key_id=key_id, name_sha256=name_sha256, request_sha256=asked, made_at=now)
        session.add(row)
        session.flush()
    return Claimed(row.id, row.status, row.answer) if row.request_sha256 == asked else None


def answered(claimed: Claimed, status: int, answer: str) -> None:
    """Keep the answer."""
    stored = update(Claim).where(Claim.id == claimed.id).values(status=status, answer=answer)
    transact(lambda session: session.execute(stored))
