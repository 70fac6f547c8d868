"""Organizations: list, create, change."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import Organization, admin, current_actor, organizations
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms import OrganizationForm
from hookdesk_admin.paging import asked
from hookdesk_admin.queries import places
from hookdesk_admin.views.editing import Answer, edit, found


@bp.get("/organizations", endpoint="organizations")
@admin
def list_organizations() -> str:
    """Whom requesters belong to."""
    text = asked()
    return render_template("admin/organizations.html", page=places.organizations(text), q=text)


@bp.route("/organizations/new", methods=["GET", "POST"], endpoint="organization_new")
@admin
def new_organization() -> Answer:
    """Add an organization."""
    return _edit(None)


@bp.route("/organizations/<int:row_id>", methods=["GET", "POST"], endpoint="organization_edit")
@admin
def edit_organization(row_id: int) -> Answer:
    """Change an organization."""
    return _edit(row_id)


def _edit(row_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(places.one(Organization, row_id)) if row_id is not None else None
    form = OrganizationForm(data=row._mapping if row and not request.form else None)

    def save() -> None:
        organizations.save_organization(
            current_actor(), row_id, organizations.OrganizationData(form.name.data, form.notes.data or "")
        )

    title = row.name if row else _("New organization")
    context = {"title": title, "list_label": _("Organizations"), "kind": "organization", "row_id": row_id}
    return edit("admin/form.html", form, save, url_for("admin.organizations"), **context)
