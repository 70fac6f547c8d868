"""Events: written in the transaction that caused them, handed to their subscribers after it, and never lost in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db import gathered
from hookdesk.models import OutboxEvent, table_of
from hookdesk.wakeup import wake_after_commit

OUTBOX = "outbox"
"""The job that hands events to their subscribers."""
_HELD = "hookdesk_held_for"

__all__ = ["OUTBOX", "emit", "hold"]


def hold(session: Session, held_for: str) -> None:
    """Let the events that this transaction emits from now on wait for the `HeldEntry` of that name."""
    session.info[_HELD] = held_for


def emit(session: Session, name: str, data: Mapping[str, Any], key: str | None = None) -> None:
    """Add an event to the caller's transaction; once that has committed, the dispatcher is woken.

    `data` is the JSON snapshot that the event's specification documents. `key` (at most 64 characters, unique) is what subscribers
    recognise a repeated delivery by; a random one is made if none is given.
    """
    row = {"name": name, "key": key or uuid4().hex, "data": dict(data), "created_at": clock.now()}
    row["held_for"] = session.info.get(_HELD)
    gathered.add(session, table_of(OutboxEvent), [row])
    wake_after_commit(session, OUTBOX)
