"""The plans in the admin panel."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor
from hookdesk_sla import durations, forms, menus, rules, services
from hookdesk_sla.forms import PlanForm, Tables
from hookdesk_sla.preview import Preview, preview
from hookdesk_sla.rules import TARGETS, Rule, target_name
from hookdesk_sla.views.blueprint import bp

Answer = str | Response | tuple[str, int]


@bp.get("/admin/sla", endpoint="plans")
@admin
def index() -> str:
    """All plans: what each promises, and how many tickets are under it."""
    found = list(rules.every().values())
    counts = {rule.ref: services.open_tickets(rule.ref) for rule in found}
    schedules = dict(menus.schedules(""))
    targets = [(target, target_name(target)) for target in TARGETS]
    return render_template(
        "sla/index.html", plans=found, counts=counts, schedules=schedules, targets=targets, show=_span
    )


def _span(rule: Rule, target: str) -> str:
    """What a plan promises for a target: one time, or from the shortest to the longest."""
    times = sorted(rule.targets.get(target, {}).values())
    if not times:
        return ""
    ends = [durations.show(times[0])] + ([durations.show(times[-1])] if times[-1] != times[0] else [])
    return " – ".join(ends)


@bp.route("/admin/sla/new", methods=["GET", "POST"], endpoint="plan_new")
@admin
def new() -> Answer:
    """A new plan."""
    return _edit(None)


@bp.route("/admin/sla/<int:plan_id>", methods=["GET", "POST"], endpoint="plan")
@admin
def edit(plan_id: int) -> Answer:
    """Change a plan, or see what a change would do."""
    return _edit(_found(plan_id))


@bp.post("/admin/sla/<int:plan_id>/delete", endpoint="plan_delete")
@admin
def delete(plan_id: int) -> Response:
    """Delete a plan that nothing uses."""
    rule = _found(plan_id)
    try:
        services.remove(current_actor(), plan_id)
    except services.PlanProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("sla.plan", plan_id=plan_id))
    flash(_("The SLA plan %(name)s is deleted.", name=rule.name), "success")
    return redirect(url_for("sla.plans"))


def _found(plan_id: int) -> Rule:
    """The plan of that id, or the page that says there is none."""
    rule = rules.every().get(f"{rules.PREFIX}{plan_id}")
    if rule is None:
        raise NotFound("no such plan")
    return rule


def _edit(rule: Rule | None) -> Answer:
    """Show the form, store what it holds, or show what that would do."""
    urgencies = menus.priorities()
    acts = menus.acts(urgencies)
    own = {name: getattr(rule, name) for name in ("name", *forms.PLAIN) if name != "notes"} if rule else {}
    form = PlanForm(data={**own, "notes": services.notes(rule.id) if rule else ""})
    form.schedule_ref.choices = menus.schedules(rule.schedule_ref if rule else "")
    tables, seen = Tables.of(rule) if rule else Tables(), None
    if form.is_submitted():
        offered = {key for _label, menu in acts for key, _name in menu}
        tables = forms.read_tables(request.form, [key for key, _name in urgencies], offered)
        if form.validate() and not tables.problems:
            wanted = forms.values(form, tables)
            if request.form.get("act") == "preview" and rule is not None:
                seen = _preview(rule, wanted)
            elif (problem := _save(wanted, rule)) is None:
                flash(_("The SLA plan %(name)s is saved.", name=wanted.name), "success")
                return redirect(url_for("sla.plans"))
            else:
                _blame(form, tables, problem)
    page = render_template(
        "sla/plan.html", form=form, tables=tables, rule=rule, priorities=urgencies, acts=acts, targets=menus.targets(), seen=seen,
        uses=services.used_by(rule.id) if rule else [],
    )  # fmt: skip
    return (page, 422) if form.errors or tables.problems else page


def _save(wanted: services.Values, rule: Rule | None) -> services.PlanProblem | None:
    """Store a plan; what is wrong with it, if it cannot be."""
    try:
        services.save(current_actor(), wanted, rule.id if rule else None)
    except services.PlanProblem as problem:
        return problem
    except LookupError as error:
        raise NotFound(str(error)) from None
    return None


def _blame(form: PlanForm, tables: Tables, problem: services.PlanProblem) -> None:
    """Say a problem where it belongs."""
    if problem.field in form:
        form[problem.field].errors = (str(problem),)
    else:
        tables.problems[problem.field] = str(problem)


def _preview(rule: Rule, wanted: services.Values) -> Preview:
    """What a change would do."""
    changed = replace(
        rule,
        schedule_ref=wanted.schedule_ref,
        targets=wanted.targets,
        steps=wanted.steps,
        warn_percent=wanted.warn_percent,
    )
    return preview(current_actor(), changed)
