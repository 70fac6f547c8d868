"""Organizations: list, create, change."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from hookdesk.api import Agent, Organization, Team, admin, current_actor, organizations
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.people import OrganizationForm
from hookdesk_admin.paging import asked
from hookdesk_admin.queries import people, places
from hookdesk_admin.views.editing import Answer, edit, filled, found, plain

_PLAIN = ("name", "notes", "sharing", "contacts_share", "followers", "assigns_manager")


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
    given = None
    if row is not None and not request.form:
        given = {**row._mapping, "domains": "\n".join(organizations.domains_of(row.id)), "manager": _manager(row)}
    form = OrganizationForm(data=given)
    form.manager.choices = _managers(row)

    def save() -> None:
        kind, _colon, chosen = (form.manager.data or "").partition(":")
        manager = {f"manager_{which}_id": int(chosen) if which == kind else None for which in ("agent", "team")}
        domains = tuple((form.domains.data or "").split())
        data = filled(organizations.OrganizationData, row, **plain(form, _PLAIN), **manager, domains=domains)
        organizations.save_organization(current_actor(), row_id, data)

    context = {
        "title": row.name if row else _("New organization"),
        "kind": "organization",
        "row_id": row_id,
        "organization": row,
    }
    context["members"] = people.colleagues(row.id) if row else []
    return edit("admin/organization.html", form, save, url_for("admin.organizations"), **context)


def _manager(row: Any) -> str:
    """The account manager as the select has it."""
    if row.manager_agent_id:
        return f"agent:{row.manager_agent_id}"
    return f"team:{row.manager_team_id}" if row.manager_team_id else ""


def _managers(row: Any) -> list[SelectChoice]:
    """Nobody, agents and teams to choose from, in groups; who is chosen is among them though they may be inactive."""
    chosen = (row.manager_agent_id or 0, row.manager_team_id or 0) if row is not None else (0, 0)
    agents = people.choices(Agent, Agent.id == chosen[0])
    teams = people.choices(Team, Team.id == chosen[1])
    return [
        SelectChoice("", _("Nobody")),
        *(SelectChoice(f"agent:{row_id}", name, optgroup=_("Agents")) for row_id, name in agents),
        *(SelectChoice(f"team:{row_id}", name, optgroup=_("Teams")) for row_id, name in teams),
    ]
