"""Entries of a thread: requesters' messages, agents' responses and notes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import access_ticket, demand
from hookdesk.db.retry import is_transient
from hookdesk.hookspecs import TicketHooks
from hookdesk.models import Attachment, Status, ThreadEntry, Ticket, metadata
from hookdesk.outbox import emit
from hookdesk.plugins.record import Step, tracing
from hookdesk.services import assignment, attachments, decisions, events, tickets
from hookdesk.services.holding import Hold
from hookdesk.services.html import html_to_text, sanitize_html
from hookdesk.services.transaction import Steps, at_once, transact
from hookdesk.site import site
from hookdesk.text import storable
from hookdesk.types.actors import Actor
from hookdesk.types.backends import StoredFile
from hookdesk.types.drafts import PluginRow, ReplyDraft
from hookdesk.types.tickets import TicketView

MOST_TEXT = 1_000_000
PERMISSION = {"response": "ticket.reply", "note": "ticket.note", "message": "ticket.message"}


class ThreadChanged(tickets.TicketProblem):
    """Somebody else wrote since the page was opened; nothing was sent."""


def post(actor: Actor, draft: ReplyDraft, seen: int | None = None, hold: int = 0) -> int:
    """Add an agent's response or note, or a requester's message, to a ticket; the new entry's id.

    `seen` is the ticket's `updates` when the writer's page was made: if the thread has moved on, nothing is stored. A response can be
    taken back for `hold` seconds (`holding.take_back`), and is not told of before; not one with which plugins store rows of their own.

    Raises:
        NotFound, Forbidden: as the guard says. TicketProblem: the entry is empty or too long. ThreadChanged: see `seen`.
    """
    view = access_ticket(actor, draft.ticket_id, PERMISSION[draft.kind])
    _allow_writing(view)
    if draft.status_id is not None:
        answered = replace(view, is_answered=view.is_answered or draft.kind == "response")
        tickets.allow_status(actor, answered, draft.status_id)
    asked = draft.kind
    draft, steps = transform(actor, draft)
    if draft.kind != asked:  # a plugin has made another kind of entry of it
        demand(actor, PERMISSION[draft.kind], view)
    files = (*draft.stored, *(attachments.store(file) for file in draft.files))

    def work(session: Session) -> int:
        ticket = tickets.locked(session, draft.ticket_id)
        _allow_writing(ticket)
        if seen is not None and ticket.updates != seen:
            raise ThreadChanged(_("The ticket changed while you were writing. Look at what is new, then send again."))
        held = Hold(session, ticket) if hold and draft.kind == "response" and not draft.rows else None
        entry, reopened = add(session, ticket, actor, draft, files, steps)
        if held is not None:
            held.on(entry, hold)
        data = {
            "ticket_id": ticket.id, "number": ticket.number, "entry_id": entry.id, "kind": entry.kind, "agent_id": actor.agent_id,
            "user_id": actor.user_id, "channel": entry.channel, "reopened": reopened, "notify": draft.notify, "copies": draft.copies,
            "to": None if draft.recipients is None else list(draft.recipients), "signature": draft.signature, "sender": draft.sender,
        }  # fmt: skip
        emit(session, "entry_added", data)
        return entry.id

    return transact(work)


def _allow_writing(ticket: Ticket | TicketView) -> None:
    """Refuse a ticket whose conversation goes on elsewhere, where nobody would read it."""
    if ticket.merged_into_id is not None:
        raise tickets.TicketProblem(_("This ticket was merged into another one. Write there."))


def transform(actor: Actor, draft: ReplyDraft) -> tuple[ReplyDraft, list[Step]]:
    """Clean the draft, let plugins change it, clean what they made of it.

    Raises:
        TicketProblem: nothing is left to store, or it is too long.
    """
    with tracing() as steps:
        changed = site().hooks.chain(TicketHooks.reply_transform, reply=clean(draft), actor=actor)
    changed = clean(changed.replace(ticket_id=draft.ticket_id))
    if not changed.text.strip() and not changed.files and not changed.stored:
        raise tickets.TicketProblem(_("Write something first, or attach a file."))
    return changed, steps


def clean(draft: ReplyDraft) -> ReplyDraft:
    """Sanitized HTML, text without NUL, both within bounds."""
    html = sanitize_html(draft.html) if draft.html else ""
    text = storable(draft.text or html_to_text(html))
    if max(len(text), len(html)) > MOST_TEXT:
        raise tickets.TicketProblem(_("The message is too long; send it as an attachment."))
    return draft.replace(text=text, html=html, quoted=storable(draft.quoted))


def add(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    draft: ReplyDraft,
    files: Sequence[StoredFile],
    steps: Sequence[Step],
) -> tuple[ThreadEntry, bool]:
    """Store an entry on a locked ticket with what follows: counters, status, reopening. Returns it and whether the ticket was reopened."""
    entry = insert_entry(session, ticket, actor, draft, files)
    decisions.record(session, steps, ticket_id=ticket.id)
    reopened = False
    if entry.kind == "response":
        assignment.claim(session, ticket, actor)
    if draft.status_id is not None:
        tickets.apply_status(session, ticket, actor, draft.status_id)
    elif entry.kind == "message":
        reopened = reopen(session, ticket, actor)
    store_rows(session, draft.rows, ticket.id)
    return entry, reopened


def reopen(session: Session, ticket: Ticket, actor: Actor) -> bool:
    """Set the status that a requester's message leads to, unless the ticket stands there already; True if it changed."""
    current = session.get(Status, ticket.status_id)
    if current is None or not current.may_reopen:
        return False
    is_own = Status.id == (current.reopens_as_id or 0)
    first = (is_own.desc(), Status.is_default.desc(), Status.position)
    target = session.scalar(select(Status).where(Status.state == "open", Status.is_active).order_by(*first).limit(1))
    if target is None or current.id == target.id:
        return False
    if current.state == "closed":
        if assignment.is_archived(session, ticket.department_id):
            return False
        assignment.release_absent(session, ticket, actor)
    tickets.apply_status(session, ticket, actor, target.id)
    return True


def entering(
    session: Session,
    ticket: Ticket,
    actor: Actor,
    draft: ReplyDraft,
    files: Sequence[StoredFile],
    intake_id: int | None = None,
) -> Steps[ThreadEntry]:
    """Add an entry: its row, its attachments, and what the ticket's own row repeats of them."""
    now = clock.now()
    if is_new := ticket in session.new:  # it has no id yet
        _repeat(ticket, actor, draft, len(files))
        yield
    entry = ThreadEntry(
        ticket_id=ticket.id, kind=draft.kind, user_id=actor.user_id, agent_id=actor.agent_id if draft.kind != "message" else None,
        author=actor.name[:200], channel=draft.channel[:40], text=draft.text, html=draft.html, quoted=draft.quoted[:MOST_TEXT],
        message_id=stored_message_id(draft.message_id), intake_id=intake_id, created_at=now,
    )  # fmt: skip
    session.add(entry)
    yield
    session.add_all(
        Attachment(
            ticket_id=ticket.id, entry_id=entry.id, filename=file.filename, content_type=file.content_type, size=file.size,
            sha256=file.sha256, storage=file.storage, content_id=file.content_id, created_at=now,
        )
        for file in files
    )  # fmt: skip
    if not is_new:
        _repeat(ticket, actor, draft, len(files))
    events.log(session, ticket, actor, draft.kind, entry_id=entry.id)
    return entry


insert_entry = at_once(entering)
"""The same without steps."""


def _repeat(ticket: Ticket, actor: Actor, draft: ReplyDraft, files: int) -> None:
    """What the ticket's own row says of its newest entry."""
    ticket.entry_count = (ticket.entry_count or 0) + 1
    ticket.attachment_count = (ticket.attachment_count or 0) + files
    ticket.updates += 1
    if draft.kind != "note":
        ticket.last_activity_at = clock.now()
        ticket.is_answered = (
            draft.kind == "response" and actor.user_id is not None
        )  # else a rule did, and the case is open
        ticket.snippet, ticket.snippet_by = " ".join(draft.text[:600].split())[:200], actor.name[:100]


def stored_message_id(message_id: str) -> str | None:
    """A Message-ID as the column holds it: hashed if it is too long, None if there is none."""
    if not message_id:
        return None
    return message_id if len(message_id) <= 250 else hashlib.sha256(message_id.encode()).hexdigest()


def store_rows(session: Session, rows: Sequence[PluginRow], *ids: int | None, may_fail: bool = True) -> None:
    """Store what plugins handed over, each plugin's rows in their order. They `may_fail` and leave the ticket be: in one savepoint.

    `ids` are the ticket's and the intake record's, for rows that are not filled already.
    """
    if rows:
        session.flush()  # what is not theirs must not fail as if it were
    for prefix, group in groupby(sorted((row.filled(*ids) for row in rows), key=_prefix), key=_prefix):
        try:
            with session.begin_nested() if may_fail else nullcontext():
                for (table, *_columns), alike in groupby(group, key=_shape):
                    session.execute(insert(metadata.tables[table]), [row.values for row in alike])
        except Exception as error:  # whatever their values make of it
            if is_transient(error) or not may_fail:
                raise
            site().hooks.recorder.failed(prefix.removeprefix("p_"), "rows", error)


def _shape(row: PluginRow) -> tuple[str, ...]:
    """Table and columns: rows that share them, one after the other, go in one statement."""
    return row.table, *row.values


def _prefix(row: PluginRow) -> str:
    """The beginning of its table's name, which stands for its plugin."""
    return row.table.partition("__")[0]
