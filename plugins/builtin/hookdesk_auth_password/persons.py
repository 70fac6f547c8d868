"""What becomes of a password with its person: told of, handed over, forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Agent, reading, transact
from hookdesk_auth_password.models import Password


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user, without the hash."""
    rows = reading().all(select(Password.changed_at).where(Password.user_id == user_id))
    return [dict(row._mapping) for row in rows]


def merge(survivor_id: int, merged_id: int) -> None:
    """Hand the other's password over to a survivor who has none, unless they work here: what opened the portal alone opens no desk."""

    def work(session: Session) -> None:
        if session.get(Password, survivor_id, with_for_update=True) is not None:
            return
        if session.scalar(select(Agent.id).where(Agent.user_id == survivor_id)) is not None:
            return
        session.execute(update(Password).where(Password.user_id == merged_id).values(user_id=survivor_id))

    transact(work, race=True)


def forget(user_id: int) -> None:
    """Delete a user's password."""
    transact(lambda session: session.execute(delete(Password).where(Password.user_id == user_id)))
