"""Fields in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Group, NotFound, WebHooks, admin, criteria, current_actor, site
from hookdesk_forms import catalogue, conditions, services
from hookdesk_forms.forms import OPTION, FieldForm, field_form
from hookdesk_forms.kinds import FieldKind, FieldProblem, Spec, all_kinds
from hookdesk_forms.services import FieldValues, FormProblem
from hookdesk_forms.views.admin import found_form
from hookdesk_forms.views.blueprint import bp


@bp.route("/admin/forms/<int:form_id>/fields/new", methods=["GET", "POST"])
@admin
def field_new(form_id: int) -> str | Response | tuple[str, int]:
    """A new field; `?kind=` says of which kind."""
    row, kind = found_form(form_id), all_kinds().get(request.args.get("kind", ""))
    if kind is None:
        raise NotFound("no such kind of field")
    return _edit(kind, field_form(kind, _others(form_id))(), form_id, row.title, None)


@bp.route("/admin/forms/fields/<int:field_id>", methods=["GET", "POST"])
@admin
def field_edit(field_id: int) -> str | Response | tuple[str, int]:
    """Change a field."""
    spec = found_field(field_id)
    kind = all_kinds().get(spec.kind)
    if kind is None:
        raise NotFound("the plugin of this kind of field is switched off")
    data = {name: getattr(spec, name) for name in ("label", "key", "hint", "requester", "agent", "is_needed_to_close")}
    options = {f"{OPTION}{name}": value for name, value in spec.options.items()}
    options[f"{OPTION}list_id"] = str(spec.list_id or "")
    shown_if = _condition(spec)
    form = field_form(kind, _others(spec.form_id, spec.id))(
        data={**data, **options, "default": spec.options.get("default", ""), "shown_if": shown_if}
    )
    return _edit(kind, form, spec.form_id, found_form(spec.form_id).title, spec)


def _others(form_id: int, field_id: int = 0) -> list[Spec]:
    """The fields that a condition can name: the form's others."""
    return [spec for spec in catalogue.form_fields(form_id) if spec.id != field_id]


def _condition(spec: Spec) -> Group | None:
    """The condition as it stands; none if it cannot be used any more."""
    try:
        return criteria.load(spec.shown_if, conditions.fields(_others(spec.form_id))) if spec.shown_if else None
    except criteria.CriteriaProblem:
        return None


def found_field(field_id: int) -> Spec:
    """The field of that id, or the page that says there is none."""
    spec = catalogue.field_by_id(field_id) if field_id < 2**63 else None
    if spec is None:
        raise NotFound("no such field")
    return spec


def _edit(
    kind: FieldKind, form: FieldForm, form_id: int, title: str, spec: Spec | None
) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds."""
    if form.validate_on_submit() and _is_good(kind, form, form_id, spec):
        try:
            services.save_field(current_actor(), form_id, _values(kind, form), spec.id if spec else None)
        except FormProblem as problem:
            form[problem.field].errors = (str(problem),)
        else:
            flash(_("The field %(name)s is saved.", name=form.label.data), "success")
            return redirect(url_for("forms.edit", form_id=form_id))
    page = render_template(
        "forms/field.html", form=form, kind=kind, form_id=form_id, title=title, spec=spec,
        own=[form[f"{OPTION}{name}"] for name in kind.controls()],
        has_values=services.has_values(spec.id) if spec else False,
        problem=conditions.problem(spec, _others(spec.form_id)) if spec else "",
        uses=site().hooks.collect(WebHooks.reference_uses, ref=spec.name) if spec else (),
    )  # fmt: skip
    return (page, 422) if form.errors else page


def _is_good(kind: FieldKind, form: FieldForm, form_id: int, spec: Spec | None) -> bool:
    """Let the kind look at its options, and at what is filled in at first."""
    values = _values(kind, form)
    stated = {**values.options, "list_id": values.list_id}
    problems = {f"{OPTION}{name}": words for name, words in kind.check(stated).items()}
    if not problems and values.options.get("default"):
        trial = Spec(0, form_id, "", "", kind.name, "", options=values.options, list_id=values.list_id)
        try:
            kind.accept(trial, values.options["default"])
        except FieldProblem as problem:
            problems["default"] = str(problem)
    for name, words in problems.items():
        form[name].errors = (words,)
    return not problems


def _values(kind: FieldKind, form: FieldForm) -> FieldValues:
    """What was filled in."""
    options: dict[str, Any] = {name: form[f"{OPTION}{name}"].data for name in kind.controls()}
    list_id = options.get("list_id")
    shown_if = form.shown_if.data if form.shown_if else None
    if form.default and form.default.data:
        options["default"] = form.default.data
    return FieldValues(
        label=form.label.data or "",
        kind=kind.name,
        key=form.key.data or "",
        hint=form.hint.data or "",
        options={
            name: value for name, value in options.items() if value not in (None, "", False) and name != "list_id"
        },
        list_id=int(list_id) if list_id else None,
        requester="hidden" if kind.is_internal else form.requester.data,
        agent=form.agent.data,
        is_needed_to_close=bool(form.is_needed_to_close and form.is_needed_to_close.data),
        shown_if=criteria.dump(shown_if) if shown_if and shown_if.parts else None,
    )


def _refuse_used(spec: Spec) -> None:
    """Keep a field that conditions name.

    Raises:
        FormProblem: another field is asked for only if this one says something.
    """
    if users := conditions.users(spec, catalogue.form_fields(spec.form_id)):
        raise FormProblem("label", _("The field %(name)s depends on it. Change that first.", name=users[0].label))


@bp.post("/admin/forms/fields/<int:field_id>/<act>")
@admin
def field_act(field_id: int, act: str) -> Response:
    """Move it up or down, archive it, restore it, delete it."""
    spec, actor = found_field(field_id), current_actor()
    try:
        if act in ("up", "down"):
            services.move_field(actor, field_id, -1 if act == "up" else 1)
        elif act in ("archive", "restore"):
            services.set_archived(actor, field_id, act == "archive")
        elif act == "delete":
            _refuse_used(spec)
            services.remove_field(actor, field_id)
            flash(_("The field %(name)s is deleted.", name=spec.label))
        else:
            raise NotFound("no such act")
    except FormProblem as problem:
        flash(str(problem), "danger")
    return redirect(url_for("forms.edit", form_id=spec.form_id, _anchor="fields"))
