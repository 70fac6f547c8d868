"""Keeping drafts and letting go of them. The only writer of their table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, StoredFile, Ticket, attachments, clock, reading, release, transact
from hookdesk_drafts.models import Draft

KEPT_FOR = timedelta(days=14)
BATCH = 100
NEW = "new"
MODES: Mapping[str, str] = {"response": "reply", "note": "note"}
"""The kind of an entry → where its draft stood."""


class Files(NamedTuple):
    """The files that are stored for a draft: beside what is written, and those that came with a ticket which is yet to be."""

    files: Sequence[StoredFile] = ()
    given: Sequence[StoredFile] = ()


NO_FILES = Files()


def place_of(ticket_id: int, mode: str) -> str:
    """Where a reply or a note to a ticket is kept."""
    return f"{ticket_id}:{mode}"


def keep(
    actor: Actor,
    place: str,
    text: str,
    html: str = "",
    files: Files = NO_FILES,
    fields: Mapping[str, str] | None = None,
    ticket_id: int | None = None,
) -> None:
    """Keep what the actor is writing there; nothing at all means that there is no draft any more."""

    def work(session: Session) -> None:
        row = session.scalar(select(Draft).where(Draft.agent_id == actor.agent_id, Draft.place == place))
        if not (text.strip() or any(files) or fields):
            _remove(session, [row.id] if row else [])
            return
        if row is None:
            row = Draft(agent_id=actor.agent_id, ticket_id=ticket_id, place=place)
            session.add(row)
        row.text, row.updated_at = text, clock.now()
        stored = {name: [astuple(file) for file in some] for name, some in files._asdict().items()}
        row.values = {"html": html, **stored, "fields": dict(fields or {})}
        session.flush()
        attachments.disclaim(session, _owner(row.id))
        attachments.claim(session, _owner(row.id), (file.sha256 for some in files for file in some))

    transact(work, race=True)


def files_of(values: Mapping[str, Any], name: str) -> list[StoredFile]:
    """The files that are stored for a draft, as `Files` names them."""
    return [StoredFile(*one) for one in values.get(name, ())]


def _owner(draft_id: int) -> str:
    """How its files are claimed."""
    return f"drafts:{draft_id}"


def sent(agent_id: int, place: str, at: datetime) -> None:
    """What was written there was sent at that moment; what has been begun since is another draft."""
    _drop(and_(Draft.agent_id == agent_id, Draft.place == place, Draft.updated_at <= at))


def ended(ticket_id: int, at: datetime) -> None:
    """What was being written when a ticket was closed is not needed any more."""
    if reading().scalar(select(Ticket.state).where(Ticket.id == ticket_id)) != "open":
        _drop(and_(Draft.ticket_id == ticket_id, Draft.updated_at <= at))


def sweep() -> int:
    """The job: drop what nobody has touched for two weeks, and whose agent or ticket is gone; how many."""
    is_lost = or_(Draft.agent_id.is_(None), and_(Draft.ticket_id.is_(None), Draft.place != NEW))
    return _drop(or_(Draft.updated_at < clock.now() - KEPT_FOR, is_lost))


def _drop(condition: ColumnElement[bool]) -> int:
    """Drop some drafts; nothing is written where there are none."""
    ids = list(reading().scalars(select(Draft.id).where(condition).limit(BATCH)))
    release()
    if ids:
        transact(lambda session: _remove(session, ids))
    return len(ids)


def _remove(session: Session, ids: Sequence[int]) -> None:
    """Their rows, and their hold on files."""
    attachments.disclaim(session, *map(_owner, ids))
    session.execute(delete(Draft).where(Draft.id.in_(ids)))
