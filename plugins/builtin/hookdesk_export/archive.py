"""One ticket as a ZIP file: its conversation as a page that opens anywhere, and its files beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from flask import render_template
from markupsafe import Markup
from sqlalchemy import Row, select

from hookdesk.api import Actor, Attachment, TicketView, attachments, reading
from hookdesk_desk import thread

MOST_ENTRIES = 1000
MOST_FILES = 1000
MOST_BYTES = 500_000_000
"""Files beyond so many, or so much, are named and left out."""
_PICTURE = re.compile(r'src="[^"]*/attachments/(\d+)/[^"]*"')


def packed(actor: Actor, view: TicketView) -> IO[bytes]:
    """What an agent may see of a ticket, notes among it: the newest 1,000 entries, what happened between them, their files. The ZIP is in
    a file that is gone when it is closed.
    """
    found = thread.read(view, actor, most=MOST_ENTRIES)
    target = TemporaryFile()  # noqa: SIM115  # the response closes it
    with ZipFile(target, "w", ZIP_DEFLATED) as book:
        names, missing = _put_files(book, _files(view))
        items = [(item, Markup(_PICTURE.sub(lambda at: _there(names, at), item.body))) for item in found.items]  # noqa: S704  # core made it
        is_cut = found.earlier is not None
        page = render_template(
            "export/ticket.html", ticket=view, items=items, names=names, missing=missing, is_cut=is_cut
        )
        book.writestr(f"{view.number}.html", page)
    target.seek(0)
    return target


def _files(view: TicketView) -> Sequence[Row[Any]]:
    """The files of its entries, the newest first."""
    columns = (Attachment.id, Attachment.filename, Attachment.size, Attachment.sha256, Attachment.storage)
    asked = select(*columns).where(Attachment.ticket_id == view.id).order_by(Attachment.id.desc())
    return reading().all(asked.limit(MOST_FILES + 1))


def _put_files(book: ZipFile, files: Sequence[Row[Any]]) -> tuple[dict[int, str], list[str]]:
    """Put them in: id → where each is, and the names of those that are not there."""
    names, missing, size = dict[int, str](), list[str](), 0
    for file in files:
        size += file.size
        name = f"files/{file.id} {file.filename}"
        if size > MOST_BYTES or len(names) == MOST_FILES or not _put(book, name, file):
            missing.append(file.filename)
        else:
            names[file.id] = name
    return names, missing


def _put(book: ZipFile, name: str, file: Row[Any]) -> bool:
    """Put one in, chunk by chunk; False if its bytes are gone."""
    try:
        chunks = attachments.read(file.sha256, file.storage)
        with book.open(name, "w", force_zip64=file.size > 2**31 - 1) as place:
            for chunk in chunks:
                place.write(chunk)
    except (FileNotFoundError, attachments.NoStorage):
        return False
    return True


def _there(names: dict[int, str], picture: re.Match[str]) -> str:
    """Where a picture of a text is in the archive."""
    return Markup('src="{}"').format(names.get(int(picture[1]), ""))
