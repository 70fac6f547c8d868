"""Static files of themes and plugins, and attachments, which pass the guard at each request."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Response, abort, current_app, request, send_file
from sqlalchemy import select

from hookdesk.access import NotFound, access_ticket, entry_scope, scope
from hookdesk.db.context import reading
from hookdesk.models import Attachment, ThreadEntry, Ticket
from hookdesk.services import attachments
from hookdesk.services.attachments import StoredFile
from hookdesk.web.actor import current_actor
from hookdesk.web.blueprint import bp
from hookdesk.web.guard import public
from hookdesk.web.pages import plugin_folders
from hookdesk.web.themes import ThemeChain, safe_file

logger = logging.getLogger("hookdesk.web")
YEAR = 365 * 24 * 3600


@bp.get("/static/theme/<theme>/<path:name>")
@public
def theme_file(theme: str, name: str) -> Response:
    """A static file of a theme of the chain."""
    chain: ThemeChain = current_app.extensions["hookdesk_themes"]
    found = chain.themes.get(theme)
    return _static(safe_file(found.folder / "static", name) if found else None)


@bp.get("/static/plugin/<slug>/<path:name>")
@public
def plugin_file(slug: str, name: str) -> Response:
    """A static file of an enabled plugin."""
    folder = plugin_folders().get(slug)
    return _static(safe_file(folder / "static", name) if folder else None)


def _static(file: Path | None) -> Response:
    """The file, to be kept for a year if its address carries its hash."""
    if file is None:
        abort(404)
    response = send_file(file, conditional=True, max_age=YEAR if request.args.get("v") else 60)
    if request.args.get("v"):
        response.cache_control.immutable = True
    return response


@bp.get("/attachments/<int:attachment_id>/<name>", endpoint="attachment")
@bp.get("/agent/attachments/<int:attachment_id>/<name>", endpoint="agent_attachment")
@public
def attachment(attachment_id: int, name: str) -> Response:
    """An attachment of a ticket that the actor may see; those of notes for agents only. `name` is for people and not looked at."""
    actor = current_actor()
    row = reading().first(
        select(
            Attachment.ticket_id,
            Attachment.filename,
            Attachment.content_type,
            Attachment.size,
            Attachment.sha256,
            Attachment.storage,
        )
        .join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
        .join(Ticket, Ticket.id == Attachment.ticket_id)
        .where(Attachment.id == attachment_id, entry_scope(actor), scope(actor))
    )
    if row is None:
        raise NotFound("no such attachment")
    access_ticket(actor, row.ticket_id)  # plugins may object
    return stored_file(StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage))


def stored_file(file: StoredFile) -> Response:
    """A stored file as an answer, so that no browser runs what is in it. That somebody may have it is for the caller to check.

    Raises:
        NotFound: its bytes are gone.
    """
    try:
        content = attachments.read(file.sha256, file.storage)
    except FileNotFoundError:
        logger.error("the bytes of the file %s are gone from the storage %s", file.sha256, file.storage)
        raise NotFound("its bytes are gone") from None
    inline = file.content_type in attachments.INLINE_TYPES and "download" not in request.args
    response = Response(content, mimetype=file.content_type if inline else "application/octet-stream")
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=file.filename)
    response.headers["Content-Length"] = str(file.size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
