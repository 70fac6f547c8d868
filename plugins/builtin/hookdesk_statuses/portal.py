"""The button by which requesters say on the portal that their ticket is done."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Actor, Forbidden, SlotContent, TicketView, access_number, current_actor, requester, tickets

bp = Blueprint("statuses__portal", __name__, url_prefix="/tickets")


def button(ticket: TicketView, actor: Actor) -> Sequence[SlotContent]:
    """The button, where a status is meant for it."""
    if tickets.own_closing_status(ticket, actor) is None:
        return []
    return [SlotContent("statuses/done.html", {"ticket": ticket})]


@bp.post("/<number>/done")
@requester
def done(number: str) -> Response:
    """Close one's own ticket."""
    view = access_number(current_actor(), number, "ticket.message")
    try:
        tickets.close_own(current_actor(), view.id)
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(str(problem), "warning")
    else:
        flash(_("The ticket is closed. Write again if something comes up."), "success")
    return redirect(request.path.removesuffix("/done"))
