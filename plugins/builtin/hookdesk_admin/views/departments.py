"""Departments: list, create, change."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import Agent, Department, admin, current_actor, directory
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.parts import with_nobody
from hookdesk_admin.forms.places import DepartmentForm
from hookdesk_admin.queries import people, places
from hookdesk_admin.views.editing import Answer, edit, filled, found, plain

_PLAIN = (
    "name", "is_public", "is_default", "signature", "assignment", "claims_on_reply", "keeps_assignee_on_reopen", "answers_tickets",
    "answers_messages", "alerts", "replies_by_mail",
)  # fmt: skip


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
    given = None
    if row is not None:
        given = {
            **row._mapping,
            "parent_id": row.parent_id or 0,
            "manager_id": row.manager_id or 0,
            "state": _state(row),
        }
    form = DepartmentForm(data=None if request.form else given)
    above, manager = (row.parent_id, row.manager_id) if row is not None else (None, None)
    others = [pair for pair in people.choices(Department, Department.id == above) if pair[0] != row_id]
    form.parent_id.choices = with_nobody(others, _("Nothing"))
    form.manager_id.choices = with_nobody(people.choices(Agent, Agent.id == manager), _("Nobody"))

    def save() -> None:
        places_of_it = {"parent_id": form.parent_id.data or None, "manager_id": form.manager_id.data or None}
        state = {"is_active": form.state.data == "active", "is_archived": form.state.data == "archived"}
        data = filled(directory.DepartmentData, row, **plain(form, _PLAIN), **places_of_it, **state)
        directory.save_department(current_actor(), row_id, data)

    title = row.name if row else _("New department")
    context = {
        "title": title,
        "kind": "department",
        "row_id": row_id,
        "department": row,
        "members": places.members(row_id) if row_id else [],
    }
    return edit("admin/department.html", form, save, url_for("admin.departments"), **context)


def _state(row: Any) -> str:
    """A department's state in one word."""
    return "active" if row.is_active else "archived" if row.is_archived else "disabled"
