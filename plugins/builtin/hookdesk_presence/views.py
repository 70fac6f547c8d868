"""What a ticket's page reports every few seconds, and what it hears."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import select

from hookdesk.api import Ticket, access_number, agent, current_actor, reading, scope
from hookdesk_presence import lists, store

bp = Blueprint("presence", "hookdesk_presence", url_prefix="/agent/presence")


@bp.post("/<number>")
@agent()
def report(number: str) -> str:
    """Say what one does at a ticket (`state`: "view", "write", or "leave"); who else is there."""
    actor = current_actor()
    view = access_number(actor, number)
    store.report(actor, view.id, request.form.get("state", ""))
    return render_template("presence/people.html", people=store.others(actor, [view.id]).get(view.id, []))


@bp.get("")
@agent()
def busy() -> dict[str, str]:
    """The marks of lists by the numbers of tickets, of those that the agent sees."""
    actor, ids = current_actor(), store.busy()
    marks = lists.marks(store.others(actor, ids)) if ids else {}
    if not marks:
        return {}
    seen = reading().all(select(Ticket.id, Ticket.number).where(Ticket.id.in_(list(marks)), scope(actor)))
    return {row.number: marks[row.id] for row in seen}
