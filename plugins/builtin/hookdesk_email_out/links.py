"""Files that are too large for a mail: links in their stead, signed for the recipient, that end.

A link is no key by itself: at each request the guard is asked whether that recipient may see the ticket now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Attachment,
    NotFound,
    Recipient,
    StoredFile,
    ThreadEntry,
    absolute_url,
    access_ticket,
    actors,
    clock,
    entry_scope,
    reading,
    site,
)
from hookdesk_email_out import render
from hookdesk_email_out.models import Mail

_PURPOSE = "mailed-file"


def added(mail: Mail, files: Sequence[Any], days: int) -> tuple[str, str]:
    """A mail's text and HTML with a link to each file; with the names alone where no link can say who comes."""
    if mail.user_id is None:
        return _left_out(mail, ", ".join(row.filename for row in files))
    ends = mail.created_at + timedelta(days=days)
    urls = [
        (row, absolute_url("email_out.file", token=token(row.id, mail.user_id, ends), name=row.filename))
        for row in files
    ]
    with render.language_of(Recipient(mail.address, mail.name, mail.reason)):
        title = _("Files, to be had until %(day)s:", day=f"{ends:%Y-%m-%d}")
    text = "\n".join([mail.text.rstrip(), "", title, *(f"{row.filename}: {url}" for row, url in urls), ""])
    if not mail.html:
        return text, ""
    items = Markup("").join(Markup('<li><a href="{}">{}</a></li>').format(url, row.filename) for row, url in urls)
    return text, mail.html + Markup("<p>{}</p><ul>{}</ul>").format(title, items)


def _left_out(mail: Mail, names: str) -> tuple[str, str]:
    """The same, saying what does not go along."""
    with render.language_of(Recipient(mail.address, mail.name, mail.reason)):
        told = str(_("Left out, for they are too large for a mail: %(names)s", names=names))
    return f"{mail.text.rstrip()}\n\n{told}\n", mail.html and mail.html + Markup("<p>{}</p>").format(told)


def token(attachment_id: int, user_id: int, ends: datetime) -> str:
    """What leads a user to a file until a moment."""
    stem = f"{attachment_id}.{user_id}.{int(ends.timestamp())}"
    return f"{stem}.{site().keys.sign(_PURPOSE, stem, 26)}"


def file_of(given: str) -> StoredFile:
    """The file that a token leads to, if its user may see it now.

    Raises:
        NotFound: the token is no good or has ended, the user may not see the ticket, or the file is gone.
    """
    stem, _dot, signature = given.rpartition(".")
    if not site().keys.verify(_PURPOSE, stem, signature):
        raise NotFound("no such file")
    attachment_id, user_id, ends = (int(part) for part in stem.split("."))
    actor = actors.requester_actor(user_id)
    if actor is None or ends < clock.now().timestamp():
        raise NotFound("no such file")
    return _seen(actor, attachment_id)


def _seen(actor: Actor, attachment_id: int) -> StoredFile:
    """The file as the actor may have it."""
    columns = (
        Attachment.ticket_id,
        Attachment.filename,
        Attachment.content_type,
        Attachment.size,
        Attachment.sha256,
        Attachment.storage,
    )
    asked = select(*columns).join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
    row = reading().first(asked.where(Attachment.id == attachment_id, entry_scope(actor)))
    if row is None:
        raise NotFound("no such file")
    access_ticket(actor, row.ticket_id)
    return StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage)
