"""What is kept about people: that they follow tasks, and what they wrote as agents."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Agent, reading, transact
from hookdesk_tasks.models import Entry, Follower, Task

MOST = 10_000


def records(user_id: int) -> list[dict[str, Any]]:
    """The tasks that somebody follows, and what they were told of them."""
    followed = select(Task.id, Task.number, Task.title).join(Follower, Follower.task_id == Task.id)
    rows = reading().all(followed.where(Follower.user_id == user_id).order_by(Task.id).limit(MOST))
    return [{"task": row.number, "title": row.title} for row in rows]


def merged(survivor_id: int, merged_id: int) -> None:
    """Let the survivor follow what the other followed."""

    def work(session: Session) -> None:
        own = select(Follower.task_id).where(Follower.user_id == survivor_id)
        gained = update(Follower).where(Follower.user_id == merged_id, Follower.task_id.not_in(own))
        session.execute(gained.values(user_id=survivor_id))
        session.execute(delete(Follower).where(Follower.user_id == merged_id))

    transact(work)


def forget(user_id: int, addresses: list[str]) -> None:
    """Let them follow nothing, and name them nowhere: neither as who wrote, nor as who was told."""

    def work(session: Session) -> None:
        followed = list(session.scalars(select(Follower.task_id).where(Follower.user_id == user_id)))
        session.execute(delete(Follower).where(Follower.user_id == user_id))
        for entry in session.scalars(select(Entry).where(Entry.task_id.in_(followed), Entry.kind == "update")):
            entry.told = [address for address in entry.told if address not in addresses]
        agent_ids = select(Agent.id).where(Agent.user_id == user_id)
        session.execute(update(Entry).where(Entry.agent_id.in_(agent_ids)).values(author=""))

    transact(work)
