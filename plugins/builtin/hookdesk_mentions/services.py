"""Noting mentions, calling whom they mean, and noting that they have answered."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Event, ThreadEntry, emit, reading, release, transact
from hookdesk_mentions import finding
from hookdesk_mentions.models import Mention

ALERT = "mentioned"


def note(event: Event) -> None:
    """Note whom an agent's entry mentions and may see its ticket, and have them told; once, however often the event is delivered."""
    author = event.data.get("agent_id")
    entry_id, ticket_id = event.data["entry_id"], event.data["ticket_id"]
    if author:
        tick_off(author, ticket_id, entry_id)
    text = reading().scalar(select(ThreadEntry.text).where(ThreadEntry.id == entry_id)) if author else None
    if not text or "@" not in text:
        return
    named = [one for one in finding.mentioned(text, finding.agents_named()) if one != author]
    called = [one for one in named if finding.may_see(one, ticket_id)]
    release()
    if called:
        data = {
            "ticket_id": ticket_id,
            "entry_id": entry_id,
            "alert": ALERT,
            "agent_id": author,
            "user_id": None,
            "agent_ids": called,
        }
        transact(lambda session: _store(session, data))


def tick_off(agent_id: int, ticket_id: int, before: int | None = None) -> None:
    """An agent has answered, with that entry, or seen to what they were mentioned for on a ticket."""
    here = (Mention.open_for == agent_id, Mention.ticket_id == ticket_id)
    open_now = (*here, Mention.entry_id < before) if before is not None else here
    is_any = reading().scalar(select(Mention.entry_id).where(*open_now).limit(1)) is not None
    release()
    if is_any:
        transact(lambda session: session.execute(update(Mention).where(*open_now).values(open_for=None)))


def _store(session: Session, data: dict[str, object]) -> None:
    """A row for each, and the notice."""
    entry_id, called = data["entry_id"], data["agent_ids"]
    assert isinstance(called, list)
    if session.scalar(select(Mention.entry_id).where(Mention.entry_id == entry_id).limit(1)) is not None:
        return
    rows = [{"entry_id": entry_id, "agent_id": one, "open_for": one, "ticket_id": data["ticket_id"]} for one in called]
    session.execute(insert(Mention), rows)
    emit(session, "notice_raised", data)
