"""Where the composer's script keeps what is being written, and finds it again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from hookdesk.api import access_number, agent, current_actor
from hookdesk_drafts import queries, services
from hookdesk_drafts.forms import DraftForm

bp = Blueprint("drafts", "hookdesk_drafts", url_prefix="/agent/drafts")
FIELDS = (
    "channel", "email", "name", "cc", "notice", "topic", "subject", "department", "priority", "status", "assignee", "sla", "due",
)  # fmt: skip
TEXTS = ("reply", "note")
"""What of the form for a new ticket is kept besides what somebody said: short fields, and the words of longer ones."""
LONGEST_FIELD, LONGEST_TEXT = 500, 20_000
Answer = tuple[dict[str, Any], int]


@bp.post("/<number>/<any(reply, note):mode>")
@agent()
def keep(number: str, mode: str) -> Answer:
    """Keep a reply or a note."""
    view = access_number(current_actor(), number)
    return _keep(services.place_of(view.id, mode), view.id)


@bp.get("/new")
@agent()
def new() -> Answer:
    """The ticket that one was about to open, or nothing."""
    return {"draft": queries.new(current_actor())}, 200


@bp.post("/new")
@agent()
def keep_new() -> Answer:
    """Keep a ticket that is about to be opened, once there is more to it than what the form begins with."""
    bounds = {**dict.fromkeys(FIELDS, LONGEST_FIELD), **dict.fromkeys(TEXTS, LONGEST_TEXT)}
    fields = {name: text[:most] for name, most in bounds.items() if (text := request.form.get(name, "").strip())}
    return _keep(services.NEW, None, fields if fields.keys() & {"email", "name", "cc", "subject", *TEXTS} else {})


def _keep(place: str, ticket_id: int | None, fields: dict[str, str] | None = None) -> Answer:
    """Keep what was sent; the words that tell of it."""
    form = DraftForm()
    if not form.validate():
        return {"error": " ".join(str(words[0]) for words in form.problems().values())}, 422
    text = form.message.data or ""
    files = services.Files(form.kept.data, form.attachments.kept)
    services.keep(current_actor(), place, text, form.message.html, files, fields, ticket_id)
    is_there = bool(text.strip() or any(files) or fields)
    return {"saved": queries.saved() if is_there else ""}, 200
