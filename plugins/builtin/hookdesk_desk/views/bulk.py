"""One change for many selected tickets."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import TicketView, agent, current_actor, tickets
from hookdesk_desk import trail
from hookdesk_desk.directory import directory
from hookdesk_desk.services import MOST_AT_ONCE, on_each
from hookdesk_desk.views.blueprint import bp


@bp.post("/bulk", endpoint="bulk")
@agent()
def bulk() -> Response | tuple[str, int]:
    """Assign to oneself, or set status or priority, for up to 100 tickets; what could not be changed is listed with the reason."""
    way = trail.given(current_actor())
    numbers = list(dict.fromkeys(request.form.getlist("selected")))
    wanted = _wanted()
    if not numbers or wanted is None or len(numbers) > MOST_AT_ONCE:
        flash(_problem(numbers), "warning")
        return redirect(way.list_url())
    permission, work = wanted
    outcome = on_each(current_actor(), numbers, permission, work)
    if outcome.failed:
        return render_template("desk/bulk.html", outcome=outcome, trail=way), 409
    count = len(outcome.changed)
    flash(ngettext("%(num)d ticket changed.", "%(num)d tickets changed.", count), "success")
    return redirect(way.list_url())


def _problem(numbers: list[str]) -> str:
    """Why nothing was done."""
    if not numbers:
        return str(_("Nothing was changed: select some tickets first."))
    if len(numbers) > MOST_AT_ONCE:
        return str(_("Nothing was changed: select %(most)s tickets at most.", most=MOST_AT_ONCE))
    return str(_("Nothing was changed: choose what is to be set."))


def _wanted() -> tuple[str, Callable[[TicketView], None]] | None:
    """The permission and the change that the pressed button stands for."""
    actor, places, act = current_actor(), directory(), request.form.get("act", "")
    status = places.status(request.form.get("status", ""))
    priority = places.priority(request.form.get("priority", ""))
    if act == "claim":
        return "ticket.assign", lambda view: tickets.assign(actor, view.id, actor.agent_id, view.team_id)
    if act == "status" and status is not None:
        return "ticket.view", lambda view: tickets.set_status(actor, view.id, status.id)
    if act == "priority" and priority is not None:
        return "ticket.edit", lambda view: tickets.set_priority(actor, view.id, priority.id)
    return None
