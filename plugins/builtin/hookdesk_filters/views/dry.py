"""Dry runs: how far they are, what they found, and ending them."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor, id_argument
from hookdesk_filters import dryrun
from hookdesk_filters.models import Run
from hookdesk_filters.rules import RuleValues
from hookdesk_filters.views.blueprint import Wording, bp

OUTCOMES = ("changed", "contested", "same")
SIZE = 50


def _run(run_id: int) -> Run:
    """The run of that id, or the page that says there is none."""
    run = dryrun.one(run_id)
    if run is None:
        raise NotFound("no such dry run")
    return run


@bp.get("/runs/<int:run_id>")
@admin
def run(run_id: int) -> str:
    """A run's page: its tickets by outcome."""
    made = _run(run_id)
    outcome = request.args.get("outcome", "changed")
    outcome = outcome if outcome in OUTCOMES else "changed"
    rows = dryrun.found(current_actor(), run_id, outcome, id_argument("after") or 0, SIZE + 1)
    return render_template(
        "filters/run.html", run=made, rows=rows[:SIZE], older=rows[SIZE - 1]["ticket_id"] if len(rows) > SIZE else None,
        outcome=outcome, words=Wording(), values=RuleValues.from_json(made.rule),
    )  # fmt: skip


@bp.get("/runs/<int:run_id>/panel")
@admin
def panel(run_id: int) -> str:
    """How far a run is, for the editor's side, which asks again until it is done."""
    hits = dryrun.found(current_actor(), run_id, "changed", 0, 5)
    return render_template("filters/panel.html", run=_run(run_id), words=Wording(), hits=hits)


@bp.post("/runs/<int:run_id>/cancel")
@admin
def cancel(run_id: int) -> Response:
    """End it."""
    _run(run_id)
    dryrun.cancel(run_id)
    return redirect(url_for("filters.run", run_id=run_id))
