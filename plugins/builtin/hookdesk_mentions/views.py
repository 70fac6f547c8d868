"""What the composer's picker asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, access_number, agent, current_actor
from hookdesk_mentions import finding, services

bp = Blueprint("mentions", "hookdesk_mentions", url_prefix="/agent/mentions")


@bp.get("/<number>")
@agent()
def offered(number: str) -> dict[str, Any]:
    """Agents who may see the ticket and have `q` in their name."""
    view = access_number(current_actor(), number)
    found = finding.offered(current_actor(), view, request.args.get("q", ""))
    items = [
        {"label": name, "hint": "", "url": url_for("mentions.one", number=number, agent_id=agent_id)}
        for agent_id, name in found
    ]
    return {"items": items}


@bp.get("/<number>/<int:agent_id>")
@agent()
def one(number: str, agent_id: int) -> dict[str, Any]:
    """What is put into the text for one of them."""
    view = access_number(current_actor(), number)
    name = finding.one(current_actor(), view, min(agent_id, 2**63 - 1))
    if name is None:
        raise NotFound("no such agent")
    return {"text": f"@{name} ", "files": []}


@bp.post("/<number>/done")
@agent()
def done(number: str) -> Response:
    """Tick off what one was mentioned for on a ticket."""
    view = access_number(current_actor(), number)
    services.tick_off(current_actor().agent_id or 0, view.id)
    flash(_("Ticked off."), "success")
    return redirect(url_for("desk.ticket", number=view.number))
