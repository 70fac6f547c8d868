"""A ticket's clocks, its plan and the date that an agent sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_timezone, to_user_timezone
from flask_babel import gettext as _
from werkzeug.routing import BuildError
from werkzeug.wrappers import Response

from hookdesk.api import (
    Forbidden,
    SlaHooks,
    TicketView,
    access_number,
    agent,
    clock,
    current_actor,
    deadlines,
    permitted,
    site,
    tickets,
)
from hookdesk_sla import timeline
from hookdesk_sla.views.blueprint import bp

CARRIED = ("queue", "sort", "only")
"""Where the agent came from; the desk's pages carry it along."""


@bp.get("/agent/sla/tickets/<number>", endpoint="ticket")
@agent()
def ticket(number: str) -> str:
    """The clocks of a ticket: a page, or with `?part=1` what stands in the ticket's panel."""
    view = access_number(current_actor(), number)
    template = "sla/clocks.html" if request.args.get("part") else "sla/ticket.html"
    way = {name: request.args[name] for name in CARRIED if request.args.get(name)}
    return render_template(template, **_shown(view), way=way, back=_back(number, way))


def _shown(view: TicketView) -> dict[str, Any]:
    """What the page and the panel show."""
    plans = [("", _("None")), *site().hooks.collect(SlaHooks.sla_choices)]
    line = timeline.of(view)
    if all(ref != view.sla_ref for ref, _name in plans):
        plans.append((view.sla_ref, line.plan or _("Unavailable")))
    fixed = view.fixed_due_at
    return {
        "ticket": view, "timeline": line, "plans": plans, "can_edit": permitted(current_actor(), "ticket.edit", view),
        "fixed": to_user_timezone(fixed).strftime("%Y-%m-%dT%H:%M") if fixed else "",
    }  # fmt: skip


@bp.post("/agent/sla/tickets/<number>/plan", endpoint="ticket_plan")
@agent("ticket.edit")
def set_plan(number: str) -> Response:
    """Put the ticket under a plan (`plan`, a reference)."""
    return _change(number, lambda view: deadlines.set_sla(current_actor(), view.id, request.form.get("plan", "")))


@bp.post("/agent/sla/tickets/<number>/due", endpoint="ticket_due")
@agent("ticket.edit")
def set_due(number: str) -> Response:
    """Set the date by which the ticket is to be done (`due`, by the reader's clocks), or take it back (empty)."""

    def work(view: TicketView) -> None:
        given = request.form.get("due", "")
        try:
            moment = clock.local(datetime.fromisoformat(given), get_timezone()) if given else None
        except ValueError:
            raise tickets.TicketProblem(_("That is no date and time.")) from None
        deadlines.set_due(current_actor(), view.id, moment)

    return _change(number, work)


@bp.post("/agent/sla/tickets/<number>/due-now", endpoint="due_now")
@agent("ticket.edit")
def due_now(number: str) -> Response:
    """Say that the ticket is due at once, whatever its plan says: it is overdue from now on."""
    return _change(number, lambda view: deadlines.due_now(current_actor(), view.id))


def _change(number: str, work: Callable[[TicketView], None]) -> Response:
    """Run a change, then lead back to the ticket."""
    view = access_number(current_actor(), number, "ticket.edit")
    try:
        work(view)
    except (tickets.TicketProblem, Forbidden) as problem:
        flash(_("Nothing was changed: %(reason)s", reason=str(problem)), "danger")
    else:
        flash(_("Saved."), "success")
    return redirect(_back(number, {name: request.form[name] for name in CARRIED if request.form.get(name)}))


def _back(number: str, way: dict[str, str]) -> str:
    """The ticket's page in the desk."""
    try:
        given: dict[str, Any] = way
        return url_for("desk.ticket", number=number, **given)
    except BuildError:  # the desk is switched off
        return url_for("sla.ticket", number=number)
