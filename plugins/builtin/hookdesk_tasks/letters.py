"""What is mailed about a task: the words, formatted where what they tell of is, and the files that go along."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row, select

from hookdesk.api import CoreSettings, Event, NotificationHooks, StoredFile, absolute_url, reading, site, text_to_html
from hookdesk_tasks import keeping
from hookdesk_tasks.guard import TaskView
from hookdesk_tasks.models import File

LONGEST = 5000
_OURS = "tasks"


@contextmanager
def language(locale: str) -> Iterator[None]:
    """Write in somebody's language, else the site's."""
    with force_locale(locale or site().settings.get("core", CoreSettings).default_locale):
        yield


def alert(view: TaskView, why: str, *, has_subject: bool) -> tuple[str, str]:
    """What an agent reads of a task, and the same formatted; the ticket's subject only if they see that."""
    first = {
        "assigned": _("A task is yours or your team's now."),
        "overdue": _("A task was not done in time."),
        "closed": _("A task of your ticket is done."),
    }[why]
    head = [str(first), "", f"{view.number} {view.title}"]
    if view.ticket_number:
        subject = (view.ticket_subject or "") if has_subject else ""
        head.append(_("Ticket: %(number)s %(subject)s", number=view.ticket_number, subject=subject).rstrip())
    if view.due:
        head.append(_("Due: %(moment)s", moment=format_datetime(view.due, "medium")))
    url = absolute_url("tasks.task", number=view.number)
    return _around("\n".join(head), (view.description[:LONGEST], view.html), url)


def update(entry: Row[Any], author: str, house: str) -> tuple[str, str]:
    """What a follower reads of an update, and the same formatted."""
    signed = _("%(author)s, %(site)s", author=author, site=house) if author else house
    return _around("", (entry.text, entry.html), str(signed))


def _around(before: str, written: tuple[str, str], after: str) -> tuple[str, str]:
    """Our words before and after what somebody wrote; no HTML where that was not formatted."""
    text, html = written
    plain = "\n\n".join(part for part in (before, text, after) if part)
    if not html:
        return plain, ""
    inside = Markup(html)  # noqa: S704  # it was sanitized when it was stored
    return plain, (text_to_html(before) if before else "") + inside + text_to_html(after)


def send(event: Event, to: Row[Any], subject: str, words: tuple[str, str], files_of: tuple[int, int]) -> None:
    """One mail, made once however often the event is delivered. `files_of` are task and entry (0: the description)."""
    once = hashlib.sha256(f"{event.key} {to.address}".encode()).hexdigest()[:40]
    key = ".".join((_OURS, *map(str, files_of), once))
    text, html = words
    site().hooks.first(
        NotificationHooks.mail_secret,
        key=key, address=to.address, name=to.name, subject=subject[:300], text=text, html=html,
    )  # fmt: skip


def files(key: str) -> Sequence[StoredFile]:
    """What goes along with such a mail."""
    house, *numbers = key.split(".")
    if house != _OURS or len(numbers) != 3:
        return []
    task_id, entry_id = int(numbers[0]), int(numbers[1]) or None
    asked = select(*(getattr(File, name) for name in keeping.NAMES)).where(
        File.task_id == task_id, File.entry_id == entry_id
    )
    return [StoredFile(**row._mapping) for row in reading().all(asked.order_by(File.id))]
