"""Ask what an action needs, do it, and show how it goes."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import BulkAction, agent, current_actor
from hookdesk_bulk import actions, bar, selection, services, values
from hookdesk_bulk.models import Run
from hookdesk_bulk.selection import MOST_TICKED, Chosen, Selection

bp = Blueprint("bulk", __name__, url_prefix="/agent/bulk")


@bp.post("")
@agent()
def act() -> Response | str | tuple[str, int]:
    """Do what the pressed button says with the selected tickets; first ask for what it needs, or whether all of a list are meant."""
    actor = current_actor()
    chosen = selection.given(actor)
    action = next((one for one in actions.offered(actor) if one.name == request.form.get("act")), None)
    tickets = chosen.tickets(actor) if action and len(chosen.numbers) <= MOST_TICKED else []
    if action is None or not tickets:
        flash(_problem(chosen, action), "warning")
        return redirect(chosen.trail.list_url())
    if not request.form.get("sure") and (bar.asks(action) or chosen.whole):
        return _ask(action, chosen, len(tickets))
    return _do(action, chosen, tickets)


def _problem(chosen: Selection, action: BulkAction | None) -> str:
    """Why nothing was done."""
    if action is None:
        return str(_("Nothing was changed: choose what is to be done."))
    if len(chosen.numbers) > MOST_TICKED:
        return str(_("Nothing was changed: select %(most)s tickets at most, or all of the list.", most=MOST_TICKED))
    return str(_("Nothing was changed: select some tickets first."))


def _ask(action: BulkAction, chosen: Selection, count: int, problem: values.ValueProblem | None = None) -> str:
    """The form for what an action needs: a page, or a part of one for a dialog."""
    is_part = bool(request.form.get("part"))
    return render_template(
        "bulk/form.html" if is_part else "bulk/choose.html",
        action=action,
        selection=chosen,
        trail=chosen.trail,
        count=count,
        problem=problem,
        name_of=values.name_of,
    )


def _do(action: BulkAction, chosen: Selection, tickets: list[Chosen]) -> Response | tuple[str, int]:
    """Begin a run. One that is over with nothing left as it was leads back to the list, any other to its own page."""
    actor = current_actor()
    try:
        given = values.sent(action, request.form)
    except values.ValueProblem as problem:
        return _ask(action, chosen, len(tickets), problem), 422
    order = services.Order(action, given, values.words(action, given), chosen.trail.list_url())
    return _ended(services.begin(actor, order, tickets))


def _ended(run_id: int) -> Response:
    """Where a run leads that was just begun."""
    run = _own(run_id)
    if run.state == "running" or run.failed:
        return redirect(url_for("bulk.run", run_id=run_id))
    words = ngettext("%(num)d ticket changed.", "%(num)d tickets changed.", run.changed)
    flash(words, f"undo:{url_for('bulk.undo', run_id=run_id)}" if services.can_undo(run) else "success")
    return redirect(run.way)


def _own(run_id: int) -> Run:
    """A run of this agent; 404 for those of others."""
    return services.own(current_actor(), run_id) or abort(404)


@bp.get("")
@agent()
def runs() -> str:
    """One's own changes of the last days, each with the way to what stayed as it was and to its undo."""
    return render_template("bulk/runs.html", runs=services.of_last_days(current_actor()))


@bp.get("/<int:run_id>")
@agent()
def run(run_id: int) -> str:
    """How a run goes, or went; with `?part=1` only what changes."""
    found = _own(run_id)
    return render_template(
        "bulk/progress.html" if request.args.get("part") else "bulk/run.html",
        run=found,
        failures=services.failures(run_id) if found.failed and found.state != "running" else (),
        can_undo=services.can_undo(found),
    )


@bp.post("/<int:run_id>/cancel")
@agent()
def cancel(run_id: int) -> Response:
    """End a run where it is."""
    services.cancel(current_actor(), _own(run_id).id)
    return redirect(url_for("bulk.run", run_id=run_id))


@bp.post("/<int:run_id>/undo")
@agent()
def undo(run_id: int) -> Response:
    """Take back what a run changed."""
    way = _own(run_id).way
    back = services.undo(current_actor(), run_id)
    if back is None:
        flash(_("There is nothing to undo any longer."), "warning")
        return redirect(way)
    return _ended(back)
