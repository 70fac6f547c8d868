"""A ticket's conversation for the page: entries oldest to newest, the log's lines between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, select

from hookdesk.api import (
    Actor,
    Attachment,
    EntryMark,
    StoredFile,
    ThreadEntry,
    TicketEvent,
    TicketHooks,
    TicketView,
    entry_scope,
    html_body,
    pictures_in,
    reading,
    site,
    text_to_html,
)
from hookdesk_desk import log_words

MOST_ENTRIES = 100
MOST_EVENTS = 300
MOST_FILES = 500
# Columns are put together once; each page adds its conditions.
_ENTRIES = select(
    ThreadEntry.id, ThreadEntry.kind, ThreadEntry.user_id, ThreadEntry.author, ThreadEntry.channel, ThreadEntry.text,
    ThreadEntry.html, ThreadEntry.quoted, ThreadEntry.created_at, ThreadEntry.agent_id, ThreadEntry.edited_at, ThreadEntry.edited_by,
)  # fmt: skip
_FILES = select(
    Attachment.id, Attachment.entry_id, Attachment.filename, Attachment.content_type, Attachment.size, Attachment.content_id
)  # fmt: skip
_EVENTS = select(TicketEvent.id, TicketEvent.kind, TicketEvent.actor, TicketEvent.data, TicketEvent.created_at)
_NEWEST_EVENTS = (
    _EVENTS.where(TicketEvent.ticket_id == bindparam("ticket_id")).order_by(TicketEvent.id.desc()).limit(MOST_EVENTS)
)

_KINDS = {"message": "in", "response": "reply", "note": "note"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood on the writer's page: the ticket's `updates`, and the newest entry and event shown."""

    updates: int
    entry_id: int = 0
    event_id: int = 0

    def dump(self) -> str:
        """As it stands in the form: "12" or "12.340.991"."""
        return f"{self.updates}.{self.entry_id}.{self.event_id}"

    @classmethod
    def load(cls, text: str) -> Seen | None:
        """From the form; None if it is absent or nonsense, and then nothing is guarded."""
        parts = text.split(".")
        if len(parts) not in (1, 3) or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            return None
        return cls(*(int(part) for part in parts))


NOTHING = Markup("")


@dataclass(slots=True)
class Item:
    """Something in the thread: an entry, or (kind "events") lines of the log."""

    kind: str
    at: datetime
    id: int
    is_new: bool = False
    name: str = ""
    role: str = ""
    via: str = ""
    via_icon: str = ""
    body: Markup = NOTHING
    quoted: str = ""
    blocked: int = 0
    edited: str = ""
    files: list[Mapping[str, Any]] = field(default_factory=list)
    marks: list[EntryMark] = field(default_factory=list)
    lines: list[Markup] = field(default_factory=list)

    @property
    def summary(self) -> Markup:
        """What a folded group of lines says."""
        rest = len(self.lines) - 1
        if not rest:
            return self.lines[0]
        return self.lines[0] + str(ngettext(", and %(num)d more change", ", and %(num)d more changes", rest))


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log, in words."""

    id: int
    at: datetime
    words: Markup


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread. `earlier` is the id before which older entries stand, or None."""

    items: Sequence[Item]
    seen: Seen
    earlier: int | None


def read(
    view: TicketView,
    actor: Actor,
    *,
    seen: Seen | None = None,
    before: int | None = None,
    remote: bool = False,
    most: int | None = None,
) -> Thread:
    """The newest entries (or those before the entry `before`) with what happened between them.

    What came after `seen` is marked as new. `remote` shows pictures from elsewhere. `most`: other than a page of the desk shows.
    """
    most = most or MOST_ENTRIES
    entries = _entries(view, actor, before, most)
    earlier = len(entries) > most
    entries = entries[-most:]
    files = _files(view, [entry.id for entry in entries])
    since = entries[0].created_at if entries and (earlier or before) else None
    until = entries[-1].created_at if entries and before else None
    events = _events(view, since, until)
    shown = [_entry(entry, view, files.get(entry.id, ()), seen, remote) for entry in entries]
    _mark(shown, site().hooks.collect(TicketHooks.entry_marks, ticket=view, entries=entries, actor=actor))
    items = _merged(
        shown,
        [event for event in events if _is_told(event)],
        seen,
    )
    newest = Seen(view.updates, entries[-1].id if entries else 0, events[-1].id if events else 0)
    return Thread(items, newest, entries[0].id if earlier else None)


def _mark(shown: Sequence[Item], marks: Iterable[EntryMark]) -> None:
    """Put plugins' marks on their entries."""
    by_id = {item.id: item for item in shown}
    for mark in marks:
        if mark.entry_id in by_id:
            item = by_id[mark.entry_id]
            item.marks.append(mark)
            item.role = "" if mark.is_role else item.role


def pictures(entry: Row[Any]) -> list[StoredFile]:
    """What stands in the text of an entry, for an editor."""
    inside = pictures_in(entry.html)
    asked = select(*Attachment.__table__.columns).where(Attachment.entry_id == entry.id, Attachment.content_id != "")
    rows = reading().all(asked.limit(MOST_FILES)) if inside else []
    files = [
        StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage, row.content_id.strip("<>"))
        for row in rows
    ]
    return [file for file in files if file.content_id in inside]


def version(row: Row[Any]) -> Item:
    """What an entry said before it was edited. Pictures are not looked up again."""
    body = html_body(row.html, {}, False)[0] if row.html else text_to_html(row.text)
    return Item("in", row.written_at, row.id, name=row.author, body=body)


def deletions(ticket_ids: Sequence[int]) -> Mapping[int, Row[Any]]:
    """Ticket id → the newest line of its log that says who put it into the bin, and when."""
    asked = select(TicketEvent.ticket_id, TicketEvent.actor, TicketEvent.created_at).where(
        TicketEvent.ticket_id.in_(ticket_ids), TicketEvent.kind == "deleted"
    )
    rows = reading().all(asked.order_by(TicketEvent.id)) if ticket_ids else []
    return {row.ticket_id: row for row in rows}


def _entries(view: TicketView, actor: Actor, before: int | None, most: int) -> Sequence[Row[Any]]:
    """One entry more than a page holds, oldest first."""
    asked = _newest(entry_scope(actor))
    if before is not None:
        asked = asked.where(ThreadEntry.id < before)
    return reading().all(asked, {"ticket_id": view.id, "most": most + 1})[::-1]


@lru_cache(maxsize=8)
def _newest(within: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The query of a ticket's entries in a scope, which is one and the same for all agents."""
    asked = _ENTRIES.where(ThreadEntry.ticket_id == bindparam("ticket_id"), within)
    return asked.order_by(ThreadEntry.id.desc()).limit(bindparam("most", type_=Integer))


def log(view: TicketView, before: int | None) -> Sequence[LogLine]:
    """A page of all that happened, the newest first; one line more than it shows."""
    asked = _EVENTS.where(TicketEvent.ticket_id == view.id, TicketEvent.kind.not_in(log_words.SHOWN_AS_ENTRIES))
    if before is not None:
        asked = asked.where(TicketEvent.id < before)
    rows = reading().all(asked.order_by(TicketEvent.id.desc()).limit(MOST_ENTRIES + 1))
    return [LogLine(row.id, row.created_at, log_words.sentence(row.kind, row.actor, row.data)) for row in rows]


def _files(view: TicketView, entry_ids: Sequence[int]) -> Mapping[int, Sequence[Row[Any]]]:
    """Entry id → its attachments. No query for a ticket without any."""
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    if view.attachment_count and entry_ids:
        asked = _FILES.where(Attachment.ticket_id == view.id, Attachment.entry_id.between(entry_ids[0], entry_ids[-1]))
        for row in reading().all(asked.order_by(Attachment.id).limit(MOST_FILES)):
            found[row.entry_id].append(row)
    return found


def _events(view: TicketView, since: datetime | None, until: datetime | None) -> Sequence[Row[Any]]:
    """The newest lines of the log between two moments, oldest first."""
    asked = _NEWEST_EVENTS
    if since is not None:
        asked = asked.where(TicketEvent.created_at >= since)
    if until is not None:
        asked = asked.where(TicketEvent.created_at <= until)
    return reading().all(asked, {"ticket_id": view.id})[::-1]


def _is_told(event: Row[Any]) -> bool:
    """Entries stand in the thread themselves, and that its requester opened a ticket goes without saying."""
    return event.kind not in log_words.SHOWN_AS_ENTRIES and (event.kind != "created" or "requester" in event.data)


def _entry(
    entry: Row[Any], view: TicketView, attached: Iterable[Row[Any]], seen: Seen | None, show_remote: bool
) -> Item:
    """An entry as the page shows it."""
    files = [_file(row) for row in attached]
    by_content_id = {file["content_id"]: file["url"] for file in files if file["content_id"]}
    if entry.html:
        body, blocked = html_body(entry.html, by_content_id, show_remote)
    else:
        body, blocked = text_to_html(entry.text), 0
    inside = pictures_in(entry.html)
    return Item(
        kind=_KINDS.get(entry.kind, "in"),
        at=entry.created_at,
        id=entry.id,
        is_new=seen is not None and entry.id > seen.entry_id > 0,
        name=entry.author,
        role=_role(entry, view),
        via=log_words.channel_words(entry.channel) if entry.kind == "message" else "",
        via_icon=log_words.channel_icon(entry.channel) if entry.kind == "message" else "",
        body=body,
        quoted=entry.quoted,
        blocked=blocked,
        edited=edited_words(entry),
        files=[file for file in files if file["content_id"] not in inside],
    )


def edited_words(entry: Any) -> str:
    """Who changed an entry last, and when; "" if nobody did."""
    if entry.edited_at is None:
        return ""
    return str(_("%(name)s, %(when)s", name=entry.edited_by, when=format_datetime(entry.edited_at, "short")))


def _role(entry: Row[Any], view: TicketView) -> str:
    """Who the author is to the ticket."""
    if entry.kind == "message":
        return str(_("Requester") if entry.user_id == view.user_id else _("Participant"))
    told = entry.kind == "response" and not view.related  # else it may have been moved here, and was for somebody else
    return str(_("replied to %(name)s", name=view.requester)) if told else ""


def _file(row: Row[Any]) -> Mapping[str, Any]:
    """An attachment as the macro takes it."""
    return {
        "name": row.filename,
        "url": url_for("core.agent_attachment", attachment_id=row.id, name=row.filename),
        "size": row.size,
        "content_type": row.content_type,
        "content_id": row.content_id.strip("<>"),
    }


def _merged(entries: list[Item], events: Sequence[Row[Any]], seen: Seen | None) -> list[Item]:
    """Entries and groups of events by time; an entry goes before what its own writing changed."""
    items: list[Item] = []
    waiting = list(entries)
    for event in events:
        while waiting and waiting[0].at <= event.created_at:
            items.append(waiting.pop(0))
        is_new = seen is not None and event.id > seen.event_id > 0
        if not items or items[-1].kind != "events" or items[-1].is_new != is_new:
            items.append(Item(kind="events", at=event.created_at, id=event.id, is_new=is_new))
        items[-1].lines.append(log_words.sentence(event.kind, event.actor, event.data))
    return items + waiting
