"""Forms in the admin panel."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor, reading, site
from hookdesk_forms import catalogue, services
from hookdesk_forms.forms import ABOUT, FormForm
from hookdesk_forms.kinds import all_kinds
from hookdesk_forms.models import Field, Form, TopicForm
from hookdesk_forms.services import FormProblem, FormValues
from hookdesk_forms.views.blueprint import bp


@bp.get("/admin/forms")
@admin
def index() -> str:
    """All forms, by what they are about."""
    counted = select(func.count()).where(Field.form_id == Form.id, Field.archived_at.is_(None)).scalar_subquery()
    topics = select(func.count()).where(TopicForm.form_id == Form.id).scalar_subquery()
    columns = (Form.id, Form.about, Form.title, Form.is_for_all, Form.is_active)
    asked = select(*columns, counted.label("fields"), topics.label("topics")).order_by(Form.position, Form.id)
    rows = reading().all(asked.limit(services.MOST_FORMS))
    groups = [(name, label, _about(rows, name)) for name, label in ABOUT]
    return render_template("forms/index.html", groups=[one for one in groups if one[2] or _is_there(one[0])])


def _is_there(about: str) -> bool:
    """Whether this site has what forms can be about: tasks are a plugin's."""
    return about != "task" or site().plugins.get("tasks") is not None


def _about(rows: Any, name: str) -> list[Any]:
    """The forms about one thing."""
    return [row for row in rows if row.about == name]


@bp.route("/admin/forms/new", methods=["GET", "POST"])
@admin
def new() -> str | Response | tuple[str, int]:
    """A new form."""
    return _edit(FormForm(), None)


@bp.route("/admin/forms/<int:form_id>", methods=["GET", "POST"])
@admin
def edit(form_id: int) -> str | Response | tuple[str, int]:
    """One form with its fields."""
    row = found_form(form_id)
    names = ("title", "about", "intro", "notes", "is_for_all", "is_active")
    return _edit(FormForm(data={name: getattr(row, name) for name in names}), row)


def found_form(form_id: int) -> Form:
    """The form of that id, or the page that says there is none."""
    row = reading().scalars(select(Form).where(Form.id == form_id)).first() if form_id < 2**63 else None
    if row is None:
        raise NotFound("no such form")
    found: Form = row
    return found


def _edit(form: FormForm, row: Form | None) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds."""
    if row is not None:
        form.about.data = row.about
    else:
        form.about.choices = [(name, label) for name, label in ABOUT if _is_there(name)]
    if form.validate_on_submit():
        names = ("title", "about", "intro", "notes", "is_for_all", "is_active")
        values = FormValues(**{name: getattr(form, name).data for name in names})
        try:
            form_id = services.save_form(current_actor(), values, row.id if row else None)
        except FormProblem as problem:
            form[problem.field].errors = (str(problem),)
        else:
            flash(_("The form %(name)s is saved.", name=values.title), "success")
            return redirect(url_for("forms.edit", form_id=form_id))
    fields = catalogue.form_fields(row.id) if row else []
    page = render_template("forms/edit.html", form=form, row=row, fields=fields, kinds=all_kinds())
    return (page, 422) if form.errors else page


@bp.post("/admin/forms/<int:form_id>/delete")
@admin
def delete(form_id: int) -> Response:
    """Delete a form that nobody has filled in."""
    row = found_form(form_id)
    try:
        services.remove_form(current_actor(), form_id)
    except FormProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("forms.edit", form_id=form_id))
    flash(_("The form %(name)s is deleted.", name=row.title))
    return redirect(url_for("forms.index"))
