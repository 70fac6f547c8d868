"""All filters in their order: switch, move, delete, and what may be wrong with them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Answer

from hookdesk.api import NotFound, admin, clock, current_actor, reading
from hookdesk_filters import cache, files, lint, services
from hookdesk_filters.forms import ImportForm
from hookdesk_filters.models import Hit, Rule
from hookdesk_filters.rules import RuleProblem
from hookdesk_filters.views.blueprint import Wording, bp, found

RECENT = timedelta(days=30)


@bp.get("")
@admin
def index() -> str:
    """The list."""
    stored = cache.stored(None)
    uses = request.args.get("uses", "")
    words = Wording()
    active = _active()
    remarks = lint.all_rules([one for one in stored if active.get(one[0])])
    shown = [one for one in stored if not uses or uses in files.references(one[2])]
    return render_template(
        "filters/index.html", rules=shown, words=words, active=active, remarks=remarks, hits=_hits(),
        uses=uses, total=len(stored),
    )  # fmt: skip


def _active() -> dict[int, bool]:
    """Which rules are on."""
    return {row.id: row.is_active for row in reading().all(select(Rule.id, Rule.is_active))}


def _hits() -> dict[int, Any]:
    """Rule → when it last matched, and how often of late."""
    last = select(Hit.rule_id, func.max(Hit.happened_at).label("last")).group_by(Hit.rule_id)
    recent = select(Hit.rule_id, func.count().label("times")).where(Hit.happened_at >= clock.now() - RECENT)
    times = {row.rule_id: row.times for row in reading().all(recent.group_by(Hit.rule_id))}
    return {row.rule_id: {"last": row.last, "times": times.get(row.rule_id, 0)} for row in reading().all(last)}


@bp.post("/<int:rule_id>/switch")
@admin
def switch(rule_id: int) -> Answer:
    """Switch a filter on or off."""
    rule, _values = found(rule_id)
    services.switch(current_actor(), rule_id, request.form.get("enabled") == "1")
    flash(_("The filter %(name)s is switched.", name=rule.name), "success")
    is_at_it = request.args.get("from") == "edit"
    return redirect(url_for("filters.edit", rule_id=rule_id) if is_at_it else url_for("filters.index"))


@bp.post("/<int:rule_id>/move")
@admin
def move(rule_id: int) -> Answer:
    """Move a filter by one place, or to an end."""
    steps = {"up": -1, "down": 1, "first": -1000, "last": 1000}
    try:
        services.move(current_actor(), rule_id, steps.get(request.form.get("to", ""), 0))
    except LookupError as error:
        raise NotFound(str(error)) from None
    return redirect(url_for("filters.index", _anchor=f"filter-{rule_id}"))


@bp.post("/<int:rule_id>/delete")
@admin
def delete(rule_id: int) -> Answer:
    """Delete a filter."""
    rule, _values = found(rule_id)
    services.remove(current_actor(), rule_id)
    flash(_("The filter %(name)s is deleted.", name=rule.name))
    return redirect(url_for("filters.index"))


@bp.get("/export.json")
@admin
def export() -> Response:
    """All filters as a file, with names instead of ids."""
    headers = {"Content-Disposition": 'attachment; filename="filters.json"'}
    return Response(files.exported(), mimetype="application/json", headers=headers)


@bp.route("/import", methods=["GET", "POST"])
@admin
def import_file() -> str | Answer | tuple[str, int]:
    """Filters from a file: those of the same name get a new version, others are added."""
    form = ImportForm()
    if form.validate_on_submit():
        try:
            done = files.imported(current_actor(), files.read(form.content.data))
        except RuleProblem as problem:
            form.content.errors = [str(problem)]
        else:
            flash(
                _("%(added)s filters were added, %(changed)s changed.", added=done.added, changed=done.changed),
                "success",
            )
            return redirect(url_for("filters.index"))
    page = render_template("filters/import.html", form=form)
    return (page, 422) if form.errors else page
