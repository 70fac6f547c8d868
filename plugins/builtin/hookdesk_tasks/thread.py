"""A task's thread as its page shows it: what was written, and lines of what happened between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import format_datetime, ngettext
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row, select

from hookdesk.api import StoredFile, carried, clock, html_body, pictures_in, reading, text_to_html
from hookdesk_tasks import keeping
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.models import Entry, File

MOST = 500
KINDS = {"update": "reply", "note": "note"}


@dataclass(slots=True)
class Item:
    """An entry, or (kind "events") lines between entries."""

    kind: str
    at: datetime
    id: int
    name: str = ""
    role: str = ""
    body: Markup = field(default_factory=lambda: Markup(""))
    files: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[Markup] = field(default_factory=list)

    @property
    def summary(self) -> Markup:
        """What a folded group of lines says."""
        rest = len(self.lines) - 1
        if not rest:
            return self.lines[0]
        return self.lines[0] + str(ngettext(", and %(num)d more change", ", and %(num)d more changes", rest))


def read(view: TaskView) -> list[Item]:
    """The newest part of it, oldest first."""
    asked = select(*Entry.__table__.columns).where(Entry.task_id == view.id).order_by(Entry.id.desc()).limit(MOST)
    rows = reading().all(asked)[::-1]
    files = _files(view) if any(row.kind in KINDS for row in rows) else {}
    items: list[Item] = []
    for row in rows:
        if row.kind in KINDS:
            items.append(_entry(row, files.get(row.id, [])))
            continue
        if not items or items[-1].kind != "events":
            items.append(Item("events", row.created_at, row.id))
        items[-1].lines.append(sentence(row.text, row.author, row.data))
    return items


def _files(view: TaskView) -> Mapping[int | None, list[Mapping[str, Any]]]:
    """Entry → its files; None → the pictures in the description."""
    found: dict[int | None, list[Mapping[str, Any]]] = defaultdict(list)
    for row in reading().all(select(*File.__table__.columns).where(File.task_id == view.id).order_by(File.id)):
        url = url_for("tasks.file", number=view.number, file_id=row.id, name=row.filename)
        found[row.entry_id].append(
            {
                "name": row.filename,
                "url": url,
                "size": row.size,
                "content_type": row.content_type,
                "content_id": row.content_id,
            }
        )
    return found


def _entry(row: Row[Any], files: Sequence[Mapping[str, Any]]) -> Item:
    """Something that was written."""
    role = ""
    if row.told:
        role = ngettext("mailed to %(num)d follower", "mailed to %(num)d followers", len(row.told))
    inside = pictures_in(row.html)
    beside = [file for file in files if file["content_id"] not in inside]
    return Item(KINDS[row.kind], row.created_at, row.id, row.author, str(role), body(row.html, row.text, files), beside)


def body(html: str, text: str, files: Sequence[Mapping[str, Any]]) -> Markup:
    """What was written, with its pictures; none from elsewhere."""
    if not html:
        return text_to_html(text)
    return html_body(html, {file["content_id"]: file["url"] for file in files if file["content_id"]}, False)[0]


def description(view: TaskView) -> Markup:
    """What is to be done, as its page shows it; nothing for a task that its title says all of."""
    if not (view.html or view.description):
        return Markup("")
    files = _files(view).get(None, []) if pictures_in(view.html) else []
    return body(view.html, view.description, files)


def pictures(view: TaskView) -> list[Mapping[str, Any]]:
    """The pictures in the description, as its editor carries them."""
    asked = select(*(getattr(File, name) for name in keeping.NAMES))
    rows = reading().all(asked.where(File.task_id == view.id, File.entry_id.is_(None)))
    return [carried(StoredFile(**row._mapping)) for row in rows]


def sentence(what: str, actor: str, data: Mapping[str, Any]) -> Markup:
    """One line of what happened."""
    before, after = data.get("before"), data.get("after")
    known = {
        "title": _("%(who)s changed the title to %(after)s"),
        "description": _("%(who)s changed the description"),
        "due": _("%(who)s set the due date to %(after)s") if after else _("%(who)s took back the due date"),
        "assignee": _assigned(actor, str(after or "")),
        "team": _("%(who)s gave it to the team %(after)s") if after else _("%(who)s took it from its team"),
        "department": _("%(who)s moved it from %(before)s to %(after)s"),
        "state": _("%(who)s closed it") if after == "closed" else _("%(who)s opened it again"),
        "overdue": _("It was not done in time"),
        "ticket": _("%(who)s moved it to the ticket %(after)s"),
    }
    if what == "due":
        before, after = _moment(before), _moment(after)
    values = {"who": _bold(actor), "before": _bold(str(before or "")), "after": _bold(str(after or ""))}
    return Markup(known.get(what, f"{what} · %(who)s")) % values  # noqa: S704  # a translation; its values are escaped


def _assigned(actor: str, after: str) -> str:
    """Who has it now."""
    if not after:
        return str(_("%(who)s took it from %(before)s"))
    return str(_("%(who)s took it") if after == actor else _("%(who)s assigned it to %(after)s"))


def _moment(text: Any) -> str:
    """A date of an event, in the reader's words."""
    return str(format_datetime(clock.parse(text), "medium")) if isinstance(text, str) else ""


def _bold(text: str) -> Markup:
    """A name in a sentence."""
    return Markup("<b>{}</b>").format(text)
