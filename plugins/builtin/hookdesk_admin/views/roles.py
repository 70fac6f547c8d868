"""Roles: list, create, change. Permissions come in groups, core's and those that plugins add."""

from __future__ import annotations

from collections.abc import Collection

from flask import render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import PERMISSIONS, AccessHooks, Role, admin, current_actor, directory, site
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms import RoleForm
from hookdesk_admin.queries import places
from hookdesk_admin.views.editing import Answer, edit, found


@bp.get("/roles", endpoint="roles")
@admin
def list_roles() -> str:
    """What agents may do."""
    known = {name for group in permission_groups(()).values() for name, _label in group}
    return render_template("admin/roles.html", page=places.roles(), total=len(known))


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


def permission_groups(held: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Group → (name, label) of each permission; what is held but no plugin knows any more has a group of its own."""
    groups: dict[str, list[tuple[str, str]]] = {}
    known = set()
    for name, label, group in [*PERMISSIONS, *site().hooks.collect(AccessHooks.permissions)]:
        if name not in known:
            groups.setdefault(str(group), []).append((name, str(label)))
            known.add(name)
    if gone := sorted(set(held) - known):
        groups[_("Of plugins that are switched off")] = [(name, name) for name in gone]
    return groups


def _edit(row_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(places.one(Role, row_id)) if row_id is not None else None
    form = RoleForm(data=row._mapping if row and not request.form else None)
    groups = permission_groups(row.permissions if row else ())
    form.permissions.choices = [pair for group in groups.values() for pair in group]

    def save() -> None:
        data = directory.RoleData(form.name.data, tuple(form.permissions.data or ()), form.is_active.data)
        directory.save_role(current_actor(), row_id, data)

    title = row.name if row else _("New role")
    context = {"title": title, "groups": groups, "kind": "role", "row_id": row_id}
    return edit("admin/role.html", form, save, url_for("admin.roles"), **context)
