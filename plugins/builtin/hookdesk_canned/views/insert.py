"""What the composer's picker asks for: which responses there are for a ticket, and one of them, filled in."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import abort

from hookdesk.api import access_number, agent, carried, current_actor, html_to_text
from hookdesk_canned import filling, inserting, services
from hookdesk_canned.views.blueprint import bp


@bp.get("/for/<number>", endpoint="offered")
@agent()
def offered(number: str) -> dict[str, Any]:
    """What can be put into an answer on a ticket; `?q=` narrows it."""
    view = access_number(current_actor(), number, "ticket.note")
    return {"items": inserting.for_ticket(current_actor(), view, _asked())}


@bp.post("/for/<number>/<int:response_id>", endpoint="insert")
@agent()
def insert(number: str, response_id: int) -> dict[str, Any]:
    """One response, with the ticket's values, and its files. It counts as used."""
    view = access_number(current_actor(), number, "ticket.note")
    row = inserting.response(current_actor(), response_id, view.department_id)
    html, text = filling.for_ticket(row.html, view, current_actor())
    services.count_use(row.id)
    return {"html": html, "text": text, "files": _files(row.id)}


@bp.get("/for/<number>/quote/<which>", endpoint="quote")
@agent()
def quote(number: str, which: str) -> dict[str, Any]:
    """The first or the last message of the requester, quoted."""
    view = access_number(current_actor(), number, "ticket.note")
    if which not in ("first", "last"):
        abort(404)
    html = inserting.quoted(current_actor(), view, which)
    return {"html": html, "text": html_to_text(html), "files": []}


@bp.get("/new", endpoint="offered_new")
@agent("ticket.create")
def offered_new() -> dict[str, Any]:
    """What can be put into the first answer on a ticket that is being opened."""
    return {"items": inserting.for_new(current_actor(), _asked())}


@bp.post("/new/<int:response_id>", endpoint="insert_new")
@agent("ticket.create")
def insert_new(response_id: int) -> dict[str, Any]:
    """One response as it is written: its variables are filled in once there is a ticket. It counts as used."""
    row = inserting.response(current_actor(), response_id)
    services.count_use(row.id)
    return {"html": row.html, "text": html_to_text(row.html), "files": _files(row.id)}


def _asked() -> str:
    """What was typed."""
    return " ".join(request.args.get("q", "").split())[:100]


def _files(response_id: int) -> list[dict[str, Any]]:
    """Files as the composer carries them."""
    return [carried(file) for file in services.stored_files(response_id)]
