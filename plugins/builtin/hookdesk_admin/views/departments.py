"""Departments: list, create, change."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import Agent, Department, admin, current_actor, directory
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms import DepartmentForm, with_nobody
from hookdesk_admin.queries import people, places
from hookdesk_admin.views.editing import Answer, edit, found, plain

_PLAIN = ("name", "is_public", "is_active", "is_default", "signature")


@bp.get("/departments", endpoint="departments")
@admin
def list_departments() -> str:
    """Where tickets are worked."""
    return render_template("admin/departments.html", page=places.departments())


@bp.route("/departments/new", methods=["GET", "POST"], endpoint="department_new")
@admin
def new_department() -> Answer:
    """Add a department."""
    return _edit(None)


@bp.route("/departments/<int:row_id>", methods=["GET", "POST"], endpoint="department_edit")
@admin
def edit_department(row_id: int) -> Answer:
    """Change a department."""
    return _edit(row_id)


def _edit(row_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(places.one(Department, row_id)) if row_id is not None else None
    given = {name: value if value is not None else 0 for name, value in row._mapping.items()} if row else None
    form = DepartmentForm(data=None if request.form else given)
    others = [(department_id, name) for department_id, name in people.choices(Department) if department_id != row_id]
    form.parent_id.choices = with_nobody(others, _("Nothing"))
    form.manager_id.choices = with_nobody(people.choices(Agent), _("Nobody"))

    def save() -> None:
        data = directory.DepartmentData(
            **plain(form, _PLAIN), parent_id=form.parent_id.data or None, manager_id=form.manager_id.data or None
        )
        directory.save_department(current_actor(), row_id, data)

    title = row.name if row else _("New department")
    context = {"title": title, "list_label": _("Departments"), "kind": "department", "row_id": row_id}
    return edit("admin/form.html", form, save, url_for("admin.departments"), **context)
