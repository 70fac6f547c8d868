"""Noting mentions and calling whom they mean."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hookdesk.api import Event, ThreadEntry, emit, reading, release, transact
from hookdesk_mentions import finding
from hookdesk_mentions.models import Mention

ALERT = "mentioned"


def note(event: Event) -> None:
    """Note whom an agent's entry mentions and may see its ticket, and have them told; once, however often the event is delivered."""
    author = event.data.get("agent_id")
    entry_id, ticket_id = event.data["entry_id"], event.data["ticket_id"]
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


def _store(session: Session, data: dict[str, object]) -> None:
    """A row for each, and the notice."""
    entry_id, called = data["entry_id"], data["agent_ids"]
    assert isinstance(called, list)
    if session.scalar(select(Mention.entry_id).where(Mention.entry_id == entry_id).limit(1)) is not None:
        return
    rows = [{"entry_id": entry_id, "agent_id": one, "ticket_id": data["ticket_id"]} for one in called]
    session.execute(insert(Mention), rows)
    emit(session, "notice_raised", data)
