"""The log of calls. A call that makes a ticket is written in the ticket's own transaction, any other by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, release, transact
from hookdesk_api_osticket.keys import Key
from hookdesk_api_osticket.models import ApiKey, Call, Claim

TABLE = "p_api_osticket__call"
MOST_CALLS = 100_000
BATCH = 500
TOUCH = timedelta(minutes=1)
"""How exactly `last_used_at` is kept: a write for each call would cost more than it tells."""


def line(key_id: int | None, address: str, operation: str, status: int, note: str = "") -> dict[str, Any]:
    """The columns of a line, but for the ticket."""
    return {
        "key_id": key_id, "address": address[:64], "operation": operation[:40], "status": status, "note": note[:1000],
        "called_at": clock.now(),
    }  # fmt: skip


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """A line as JSON holds it."""
    return {**values, "called_at": values["called_at"].isoformat()}


def restored(values: Mapping[str, Any]) -> dict[str, Any]:
    """The line again."""
    return {**values, "called_at": datetime.fromisoformat(values["called_at"])}


def write(values: dict[str, Any], ticket_id: int | None = None) -> None:
    """Store a line."""
    transact(lambda session: session.execute(insert(Call).values(ticket_id=ticket_id, **values)))


def touch(key: Key) -> None:
    """Remember that a key was used."""
    now = clock.now()
    if key.last_used_at is None or now - key.last_used_at >= TOUCH:
        transact(lambda session: session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now)))


def clean_up(keep_days: int) -> int:
    """Delete lines that are too old or too many, and claims that are over, at most 500 of each; how many."""
    now = clock.now()
    old = select(Call.id).where(Call.called_at < now - timedelta(days=keep_days))
    excess = reading().scalar(select(Call.id).order_by(Call.id.desc()).offset(MOST_CALLS).limit(1))
    if excess is not None:
        old = select(Call.id).where(Call.id <= excess)
    lines = list(reading().scalars(old.limit(BATCH)))
    over = list(reading().scalars(select(Claim.id).where(Claim.made_at < now - timedelta(days=1)).limit(BATCH)))
    release()

    def work(session: Session) -> None:
        session.execute(delete(Call).where(Call.id.in_(lines)))
        session.execute(delete(Claim).where(Claim.id.in_(over)))

    if lines or over:
        transact(work)
    return len(lines) + len(over)
