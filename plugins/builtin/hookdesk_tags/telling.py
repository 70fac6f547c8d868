"""Telling search what became of a tag on the tickets that have it, or had it: a hundred at a time."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import emit, reading, release, transact
from hookdesk_tags.models import Retagged, TicketTag

JOB = "tags.tell"
BATCH = 100


def note(session: Session, tag_id: int) -> None:
    """Note the tickets of a tag, before it is renamed, merged or deleted. Once that is stored, wake the job."""
    theirs = select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id).order_by(TicketTag.ticket_id)
    session.execute(insert(Retagged).from_select(["ticket_id"], theirs))


def tell() -> int:
    """The job: tell of the next tickets; how many."""
    release()
    rows = reading().all(select(Retagged.id, Retagged.ticket_id).order_by(Retagged.id).limit(BATCH))
    release()
    if rows:
        ids = list(dict.fromkeys(row.ticket_id for row in rows))
        transact(lambda session: _told(session, [row.id for row in rows], ids))
    return len(rows)


def _told(session: Session, done: list[int], ticket_ids: list[int]) -> None:
    """The event (declared by search), and their rows are gone."""
    session.execute(delete(Retagged).where(Retagged.id.in_(done)))
    emit(session, "search_words_changed", {"ticket_ids": ticket_ids})
