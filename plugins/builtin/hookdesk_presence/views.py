"""What a ticket's page reports every few seconds, and what it hears."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from hookdesk.api import access_number, agent, current_actor
from hookdesk_presence import store

bp = Blueprint("presence", "hookdesk_presence", url_prefix="/agent/presence")


@bp.post("/<number>")
@agent()
def report(number: str) -> str:
    """Say what one does at a ticket (`state`: "view", "write", or "leave"); who else is there."""
    actor = current_actor()
    view = access_number(actor, number)
    store.report(actor, view.id, request.form.get("state", ""))
    return render_template("presence/people.html", people=store.others(actor, [view.id]).get(view.id, []))
