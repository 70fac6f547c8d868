"""Roles: list, create, change. Permissions come in groups, core's and those that plugins add."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import PERMISSIONS, Role, admin, current_actor, directory
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.places import RoleForm
from hookdesk_admin.permissions import flat, grouped
from hookdesk_admin.queries import places
from hookdesk_admin.views.editing import Answer, edit, filled, found, plain


@bp.get("/roles", endpoint="roles")
@admin
def list_roles() -> str:
    """What agents may do."""
    return render_template("admin/roles.html", page=places.roles(), total=len(flat(grouped(PERMISSIONS, ()))))


@bp.route("/roles/new", methods=["GET", "POST"], endpoint="role_new")
@admin
def new_role() -> Answer:
    """Add a role."""
    return _edit(None)


@bp.route("/roles/<int:row_id>", methods=["GET", "POST"], endpoint="role_edit")
@admin
def edit_role(row_id: int) -> Answer:
    """Change a role."""
    return _edit(row_id)


def _edit(row_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(places.one(Role, row_id)) if row_id is not None else None
    form = RoleForm(data=row._mapping if row and not request.form else None)
    groups = grouped(PERMISSIONS, row.permissions if row else ())
    form.permissions.choices = flat(groups)

    def save() -> None:
        chosen = {"permissions": tuple(form.permissions.data or ()), **plain(form, ("name", "is_active", "notes"))}
        data = filled(directory.RoleData, row, **chosen)
        directory.save_role(current_actor(), row_id, data)

    title = row.name if row else _("New role")
    context = {"title": title, "groups": groups, "kind": "role", "row_id": row_id}
    return edit("admin/role.html", form, save, url_for("admin.roles"), **context)
