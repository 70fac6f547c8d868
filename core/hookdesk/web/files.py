"""Static files of themes and plugins, and attachments, which pass the guard at each request."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Response, abort, current_app, request, send_file, url_for
from sqlalchemy import select

from hookdesk.access import NotFound, access_ticket, entry_scope, scope
from hookdesk.db.context import reading
from hookdesk.models import Attachment, ThreadEntry, Ticket
from hookdesk.services import attachments
from hookdesk.types.backends import StoredFile
from hookdesk.web.actor import current_actor
from hookdesk.web.blueprint import bp
from hookdesk.web.forms import FilesField, Form
from hookdesk.web.guard import agent, public
from hookdesk.web.pages import plugin_folders
from hookdesk.web.themes import ThemeChain, safe_file

logger = logging.getLogger("hookdesk.web")
YEAR = 365 * 24 * 3600


class UploadForm(Form):
    """A file that goes ahead of its text."""

    attachments = FilesField()


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
    asked = select(Attachment).join(ThreadEntry, ThreadEntry.id == Attachment.entry_id)
    asked = asked.join(Ticket, Ticket.id == Attachment.ticket_id).where(Attachment.id == attachment_id)
    row: Attachment | None = reading().scalars(asked.where(entry_scope(actor), scope(actor))).first()
    if row is None:
        raise NotFound("no such attachment")
    access_ticket(actor, row.ticket_id)  # plugins may object
    return stored_file(StoredFile(row.filename, row.content_type, row.size, row.sha256, row.storage))


@bp.post("/agent/uploads")
@agent()
def upload() -> tuple[dict[str, Any], int]:
    """Store a file that an agent is about to send with something; it is swept in two days if nothing names it by then.

    The form's field is `attachments`; a picture that is sent as `inline` gets a Content-ID, by which a text may show it.
    """
    form = UploadForm()
    given = form.attachments.files() if form.validate() else ()
    if not given:
        return {"error": " ".join(str(words[0]) for words in form.problems().values())}, 422
    inline = "inline" in request.form and given[0].content_type.startswith("image/")
    content_id = f"{uuid4().hex}@inline" if inline else ""
    return carried(attachments.store(replace(given[0], content_id=content_id))), 200


@bp.get("/agent/uploads/<token>")
@agent()
def uploaded(token: str) -> Response:
    """What was stored for a text that is being written."""
    file = attachments.of_token(token, current_actor().user_id)
    if file is None:
        raise NotFound("no such file")
    return stored_file(file)


def carried(file: StoredFile) -> dict[str, Any]:
    """A stored file as the editor's scripts know it: what they show of it, and the token that a form of the same person sends back
    (`StoredFilesField`)."""
    token = attachments.token(file, current_actor().user_id)
    return {
        "token": token, "name": file.filename, "size": file.size, "content_type": file.content_type, "cid": file.content_id,
        "url": url_for("core.uploaded", token=token),
    }  # fmt: skip


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
