"""A ticket's conversation as its participants see it: no notes, and of the log only what concerns them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import format_datetime
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row, select, union_all

from hookdesk.api import (
    Actor,
    Attachment,
    Collaborator,
    Status,
    ThreadEntry,
    Ticket,
    TicketEvent,
    TicketView,
    User,
    entry_scope,
    html_body,
    people,
    pictures_in,
    reading,
    text_to_html,
)

MOST_ENTRIES = 100
MOST_EVENTS = 100
MOST_FILES = 500
MOST_PEOPLE = 50
TOLD = ("assignee", "status")
NOTHING = Markup("")


@dataclass(frozen=True, slots=True)
class Item:
    """An entry (kind "in" or "reply"), or a line of the log (kind "mark", its words in `name`)."""

    kind: str
    at: datetime
    id: int
    name: str = ""
    glyph: str = "user"
    is_own: bool = False
    body: Markup = NOTHING
    quoted: str = ""
    files: Sequence[Mapping[str, Any]] = ()
    edited: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread. `earlier` is the id before which older entries stand, or None."""

    items: Sequence[Item]
    earlier: int | None


def read(ticket: TicketView, actor: Actor, before: int | None = None, department: str = "") -> Thread:
    """The newest entries, or those before the entry `before`, with what happened between them.

    `department` is the name that stands for agents where theirs are not told.
    """
    entries = _entries(ticket, actor, before)
    earlier = len(entries) > MOST_ENTRIES
    entries = entries[-MOST_ENTRIES:]
    files = _files(ticket, [entry.id for entry in entries])
    items = [_entry(entry, actor, files[entry.id], department) for entry in entries]
    if entries:
        since = entries[0].created_at if earlier or before else None
        items += _marks(ticket, since, entries[-1].created_at if before else None, department)
    return Thread(
        sorted(items, key=lambda item: (item.at, item.kind == "mark", item.id)), entries[0].id if earlier else None
    )


def _entries(ticket: TicketView, actor: Actor, before: int | None) -> Sequence[Row[Any]]:
    """One entry more than a page holds, oldest first."""
    columns = (
        ThreadEntry.id, ThreadEntry.kind, ThreadEntry.user_id, ThreadEntry.author, ThreadEntry.text, ThreadEntry.html,
        ThreadEntry.quoted, ThreadEntry.created_at, ThreadEntry.edited_at,
    )  # fmt: skip
    asked = select(*columns).where(ThreadEntry.ticket_id == ticket.id, entry_scope(actor))
    if before is not None:
        asked = asked.where(ThreadEntry.id < before)
    return reading().all(asked.order_by(ThreadEntry.id.desc()).limit(MOST_ENTRIES + 1))[::-1]


def _files(ticket: TicketView, entry_ids: Sequence[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """Entry id → its attachments; no query for a ticket without any."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if ticket.attachment_count and entry_ids:
        columns = (
            Attachment.id, Attachment.entry_id, Attachment.filename, Attachment.content_type, Attachment.size, Attachment.content_id
        )  # fmt: skip
        asked = select(*columns).where(Attachment.ticket_id == ticket.id, Attachment.entry_id.in_(entry_ids))
        for row in reading().all(asked.order_by(Attachment.id).limit(MOST_FILES)):
            found[row.entry_id].append(row)
    return found


def _entry(entry: Row[Any], actor: Actor, attached: Sequence[Row[Any]], department: str) -> Item:
    """An entry as the page shows it. Pictures from elsewhere stay out: whoever serves them would learn who reads."""
    files = [_file(row) for row in attached]
    inline = {file["content_id"]: file["url"] for file in files if file["content_id"]}
    inside = pictures_in(entry.html)
    return Item(
        kind="reply" if entry.kind == "response" else "in",
        at=entry.created_at,
        id=entry.id,
        name=people.public_name(entry.author, department) if entry.kind == "response" else entry.author,
        is_own=entry.kind != "response" and entry.user_id == actor.user_id,
        body=html_body(entry.html, inline, False)[0] if entry.html else text_to_html(entry.text),
        quoted=entry.quoted,
        files=[file for file in files if file["content_id"] not in inside],
        edited=format_datetime(entry.edited_at, "short") if entry.edited_at else "",
    )


def _file(row: Row[Any]) -> Mapping[str, Any]:
    """An attachment as the macro takes it."""
    return {
        "name": row.filename,
        "url": url_for("core.attachment", attachment_id=row.id, name=row.filename),
        "size": row.size,
        "content_type": row.content_type,
        "content_id": row.content_id.strip("<>"),
    }


def _marks(ticket: TicketView, since: datetime | None, until: datetime | None, department: str) -> list[Item]:
    """Who took the ticket, and which status it got; the newest lines between two moments."""
    columns = (TicketEvent.id, TicketEvent.kind, TicketEvent.data, TicketEvent.created_at)
    asked = select(*columns).where(TicketEvent.ticket_id == ticket.id, TicketEvent.kind.in_(TOLD))
    if since is not None:
        asked = asked.where(TicketEvent.created_at >= since)
    if until is not None:
        asked = asked.where(TicketEvent.created_at <= until)
    rows = reading().all(asked.order_by(TicketEvent.id.desc()).limit(MOST_EVENTS))
    statuses = _statuses() if any(row.kind == "status" for row in rows) else {}
    return [mark for row in rows if (mark := _mark(row, statuses, department)) is not None]


def _statuses() -> Mapping[str, tuple[str, str]]:
    """A status's name → glyph and words for those who wait. The log names statuses as the desk calls them."""
    known = {
        "pending": ("s-pending", _("We wait for an answer")),
        "solved": ("s-solved", _("This is solved, as far as we know")),
        "closed": ("s-closed", _("The ticket is closed")),
    }
    rows = reading().all(select(Status.name, Status.look, Status.state))
    return {
        row.name: known.get(row.look, known["closed"]) for row in rows if row.look in known or row.state == "closed"
    }


def _mark(event: Row[Any], statuses: Mapping[str, tuple[str, str]], department: str) -> Item | None:
    """One line of the log; None for what says nothing to a participant."""
    after = str(event.data.get("after") or "")
    if event.kind == "assignee" and after:
        return Item(
            "mark",
            event.created_at,
            event.id,
            str(_("%(name)s takes care of it", name=people.public_name(after, department))),
        )
    if event.kind == "status" and after in statuses:
        glyph, words = statuses[after]
        return Item("mark", event.created_at, event.id, words, glyph)
    return None


def participants(ticket: TicketView) -> list[Row[Any]]:
    """Id and name of those who see the ticket here: its requester and its collaborators."""
    owner = select(Ticket.user_id.label("user_id")).where(Ticket.id == ticket.id)
    others = select(Collaborator.user_id).where(Collaborator.ticket_id == ticket.id)
    everybody = union_all(owner, others).subquery()
    asked = select(User.id, User.name).join(everybody, everybody.c.user_id == User.id)
    return reading().all(asked.order_by(User.id != ticket.user_id, User.name).limit(MOST_PEOPLE))
