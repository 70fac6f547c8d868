"""What the composer's picker asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from hookdesk.api import NotFound, access_number, agent, current_actor
from hookdesk_mentions import finding

bp = Blueprint("mentions", "hookdesk_mentions", url_prefix="/agent/mentions")


@bp.get("/<number>")
@agent()
def offered(number: str) -> dict[str, Any]:
    """Agents who may see the ticket and have `q` in their name."""
    view = access_number(current_actor(), number)
    found = finding.offered(current_actor(), view.id, request.args.get("q", ""))
    items = [
        {"label": name, "hint": "", "url": url_for("mentions.one", number=number, agent_id=agent_id, name=name)}
        for agent_id, name in found
    ]
    return {"items": items}


@bp.get("/<number>/<int:agent_id>")
@agent()
def one(number: str, agent_id: int) -> dict[str, Any]:
    """What is put into the text for one of them."""
    view = access_number(current_actor(), number)
    name = dict(finding.offered(current_actor(), view.id, request.args.get("name", ""))).get(agent_id)
    if name is None:
        raise NotFound("no such agent")
    return {"text": f"@{name} ", "files": []}
