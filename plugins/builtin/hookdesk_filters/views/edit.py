"""A filter's form. Rows of actions are added, moved and removed by buttons that send the form and get it back, so it needs no script."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Group, NotFound, admin, criteria, current_actor
from hookdesk_filters import dryrun, lint, services
from hookdesk_filters.forms import RuleForm, actions_sent
from hookdesk_filters.models import Rule
from hookdesk_filters.rules import MOST_ACTIONS, RuleProblem, RuleValues, channel_choices, early_fields, known_actions
from hookdesk_filters.views.blueprint import bp, found

Page = str | Response | tuple[str, int]


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> Page:
    """A new filter."""
    return _edit(RuleForm(), None, None)


@bp.route("/<int:rule_id>", methods=["GET", "POST"])
@admin
def edit(rule_id: int) -> Page:
    """Change a filter."""
    rule, values = found(rule_id)
    own = {
        "name": values.name, "channels": list(values.channels), "conditions": _loaded(values), "stops": values.stops,
        "notes": values.notes, "version": rule.version,
    }  # fmt: skip
    return _edit(RuleForm(data=own), rule, values)


def _loaded(values: RuleValues) -> Group | None:
    """The conditions of a stored rule; None if a field is gone, and then the editor shows them as they stand."""
    try:
        return criteria.load(values.conditions, early_fields())
    except criteria.CriteriaProblem:
        return None


def _edit(form: RuleForm, rule: Rule | None, stored: RuleValues | None) -> Page:
    """Show the form, change its rows, try what it holds, or store it."""
    form.channels.choices = channel_choices()
    if request.method != "POST":
        if stored is not None and form.conditions.data is None:
            form.conditions.show(stored.conditions)
        return _page(form, rule, [dict(one) for one in stored.actions] if stored else [])
    sent = actions_sent(request.form)
    act, _sep, place = request.form.get("act", "save").partition(":")
    if act in ("add", "remove", "up", "down"):
        return _page(form, rule, _rows_changed(sent, act, place), is_touched=True)
    if not form.validate_on_submit():
        return _page(form, rule, sent), 422
    try:
        if act == "try":
            days = request.form.get("days", 30, type=int)
            days = days if days in dryrun.PERIODS else 30
            run_id = dryrun.ask(current_actor(), form.values(sent), days, rule.id if rule else None)
            return _page(form, rule, sent, run_id=run_id, is_touched=True)
        rule_id = services.save(
            current_actor(), form.values(sent), rule.id if rule else None, request.form.get("version", type=int)
        )
    except RuleProblem as problem:
        if problem.field == "actions":
            return _page(form, rule, sent, problem=str(problem)), 422
        form[problem.field].errors = [str(problem)]
        return _page(form, rule, sent), 422
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The filter %(name)s is saved.", name=form.name.data), "success")
    return redirect(url_for("filters.edit", rule_id=rule_id))


def _rows_changed(rows: list[dict[str, Any]], act: str, place: str) -> list[dict[str, Any]]:
    """The rows of actions after one of their buttons."""
    index = int(place) if place.isdecimal() and int(place) < len(rows) else None
    if act == "add":
        name = request.form.get("add-action", "")
        return [*rows, {"do": name, "with": {}}] if name in known_actions() and len(rows) < MOST_ACTIONS else rows
    if index is None:
        return rows
    moved = rows.pop(index)
    if act != "remove":
        rows.insert(max(0, index + (-1 if act == "up" else 1)), moved)
    return rows


def _page(
    form: RuleForm,
    rule: Rule | None,
    actions: list[dict[str, Any]],
    problem: str = "",
    run_id: int | None = None,
    is_touched: bool = False,
) -> str:
    """The page of a filter, saved or not."""
    run = dryrun.one(run_id) if run_id else dryrun.latest(rule.id) if rule else None
    is_shown = not form.errors and not problem and not is_touched and rule is not None
    remarks = lint.one_rule(services.version_of(rule), rule.id) if is_shown and rule and rule.is_active else []
    return render_template(
        "filters/edit.html", form=form, rule=rule, rows=actions, actions=known_actions(), problem=problem, run=run,
        remarks=remarks, is_touched=is_touched or bool(form.errors), periods=dryrun.PERIODS,
        place=services.place(rule.id) if rule else None,
    )  # fmt: skip
