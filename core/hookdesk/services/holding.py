"""Replies that may be taken back: for some seconds nothing has left the house, since their events wait for a `HeldEntry`.

One row decides. The agent's transaction and the dispatcher's both begin by deleting it, and only one of them can: so a reply is either
taken back or sent, whatever dies in between.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import access_ticket
from hookdesk.models import Attachment, HeldEntry, OutboxEvent, ThreadEntry, Ticket, TicketEvent
from hookdesk.outbox import hold
from hookdesk.services import events, tickets
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor
from hookdesk.types.backends import StoredFile
from hookdesk.types.drafts import ReplyDraft

_COLUMNS = (
    "status_id", "state", "assignee_id", "team_id", "is_answered", "snippet", "snippet_by", "last_activity_at", "closed_at", "reopened_at",
    "due_at", "fixed_due_at",
)  # fmt: skip
"""What a reply may change of its ticket."""


class TooLate(tickets.TicketProblem):
    """It is on its way, or somebody else wrote it."""


class Hold:
    """What has to be put back, noted around the writing of an entry, within its transaction."""

    def __init__(self, session: Session, ticket: Ticket) -> None:
        """Before the entry is added: events wait from here on."""
        self._session, self._ticket = session, ticket
        self._before = {name: getattr(ticket, name) for name in _COLUMNS}
        self._lines = events.note_lines(session)
        self._held_for = secrets.token_hex(16)
        hold(session, self._held_for)

    def on(self, entry: ThreadEntry, seconds: int) -> None:
        """After it was added."""
        after = {name: getattr(self._ticket, name) for name in _COLUMNS}
        changed = {
            name: [_plain(self._before[name]), _plain(after[name])]
            for name in _COLUMNS
            if after[name] != self._before[name]
        }
        self._session.flush()  # the lines have their ids from here on
        undo = {"ticket": changed, "lines": [line.id for line in self._lines]}
        until = clock.now() + timedelta(seconds=seconds)
        self._session.add(
            HeldEntry(entry_id=entry.id, agent_id=entry.agent_id or 0, held_for=self._held_for, undo=undo, until=until)
        )


def take_back(actor: Actor, ticket_id: int, entry_id: int) -> ReplyDraft:
    """Undo a reply of the actor's own that is still held, and what it changed, as far as nobody has changed it since; what was written.

    Raises:
        NotFound, Forbidden: as the guard says. TooLate: it is on its way.
    """
    access_ticket(actor, ticket_id, "ticket.reply")

    def work(session: Session) -> ReplyDraft:
        mine = delete(HeldEntry).where(HeldEntry.entry_id == entry_id, HeldEntry.agent_id == actor.agent_id)
        held = session.execute(mine.returning(HeldEntry.held_for, HeldEntry.undo)).first()
        entry = session.get(ThreadEntry, entry_id)
        if held is None or entry is None or entry.ticket_id != ticket_id:
            raise TooLate(_("It is too late to take that back."))
        ticket = tickets.locked(session, entry.ticket_id)
        written = _written(session, entry, held.undo["ticket"].get("status_id", (None, None))[1])
        _put_back(ticket, held.undo["ticket"], len(written.stored))
        session.execute(delete(OutboxEvent).where(OutboxEvent.held_for == held.held_for))
        session.execute(delete(TicketEvent).where(TicketEvent.id.in_(held.undo["lines"])))
        session.delete(entry)
        return written

    return transact(work)


def _written(session: Session, entry: ThreadEntry, status_id: int | None) -> ReplyDraft:
    """An entry as it was before it was stored."""
    rows = session.scalars(select(Attachment).where(Attachment.entry_id == entry.id).order_by(Attachment.id))
    files = tuple(
        StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage, row.content_id) for row in rows
    )
    return ReplyDraft(
        entry.ticket_id, entry.kind, entry.text, entry.html, entry.quoted, status_id=status_id, stored=files
    )


def _put_back(ticket: Ticket, changed: Mapping[str, list[Any]], files: int) -> None:
    """What the entry changed of its ticket and nobody else has changed since."""
    for name, (before, after) in changed.items():
        if _plain(getattr(ticket, name)) == after:
            setattr(ticket, name, datetime.fromisoformat(before) if before and name.endswith("_at") else before)
    ticket.entry_count -= 1
    ticket.attachment_count -= files
    ticket.updates += 1


def _plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value
