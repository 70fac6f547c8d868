"""The blueprint of all pages, and what each of them shows."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from hookdesk.api import ActorKind, current_actor

bp = Blueprint("accounts", __name__)


@bp.app_context_processor
def sign_out_link() -> dict[str, Any]:
    """What the menu at the portal's head posts to."""
    actor = current_actor()
    is_own = actor.kind is ActorKind.REQUESTER and actor.session_id is not None
    return {"sign_out_url": url_for("accounts.sign_out")} if is_own else {}
