"""Organizations: looked through, added, changed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from hookdesk.api import Ticket, agent, current_actor, organizations
from hookdesk.api import directory as kept
from hookdesk_desk.directory import directory
from hookdesk_directory import queries
from hookdesk_directory.forms import OrganizationForm, lines
from hookdesk_directory.views.blueprint import bp
from hookdesk_directory.views.editing import Answer, asked, edit, found

NOBODY = 0
"""Stands for "none" in a select of ids."""


@bp.get("/organizations", endpoint="organizations")
@agent("user.directory")
def organization_list() -> str:
    """All organizations by name; `?q=` looks for some."""
    text = asked()
    return render_template("directory/organizations.html", page=queries.all_organizations(text), q=text)


@bp.get("/organizations/<int:row_id>", endpoint="organization")
@agent("user.directory")
def organization_page(row_id: int) -> str:
    """One organization: its members, and those of its tickets that the agent sees."""
    row = found(queries.organization(row_id))
    members = queries.members(row.id)
    return render_template(
        "directory/organization.html",
        organization=row,
        domains=organizations.domains_of(row.id),
        members=members[: queries.MOST_MEMBERS],
        has_more=len(members) > queries.MOST_MEMBERS,
        page=queries.tickets(current_actor(), Ticket.organization_id, row.id),
    )


@bp.route("/organizations/new", methods=["GET", "POST"], endpoint="organization_new")
@agent("organization.create")
def new_organization() -> Answer:
    """Add an organization."""
    return _edit(OrganizationForm(), None)


@bp.route("/organizations/<int:row_id>/edit", methods=["GET", "POST"], endpoint="organization_edit")
@agent("organization.edit")
def edit_organization(row_id: int) -> Answer:
    """Change an organization."""
    row = found(queries.organization(row_id))
    kept = {
        **row._mapping,
        "domains": "\n".join(organizations.domains_of(row.id)),
        "manager_agent_id": row.manager_agent_id or NOBODY,
        "manager_team_id": row.manager_team_id or NOBODY,
    }
    return _edit(OrganizationForm(data=kept), row)


@bp.post("/organizations/<int:row_id>/delete", endpoint="organization_delete")
@agent("organization.delete")
def delete_organization(row_id: int) -> Response:
    """Delete an organization that has neither members nor tickets."""
    row = found(queries.organization(row_id))
    try:
        kept.remove(current_actor(), "organization", row.id)
    except kept.DirectoryProblem as problem:
        flash(str(problem), "danger")
        return redirect(_after(row.id))
    flash(_("%(name)s was deleted.", name=row.name), "success")
    return redirect(url_for("directory.organizations" if current_actor().may("user.directory") else "desk.queue"))


def _edit(form: OrganizationForm, row: Row[Any] | None) -> Answer:
    """The form, new or filled."""
    some = [("primary", _("Primary contacts")), ("everybody", _("Everybody"))]
    form.sharing.choices = [("nobody", _("Nobody: each sees their own")), *some]
    form.followers.choices = [("nobody", _("Nobody")), *some]
    places = directory()
    agents, teams = ([(one.id, one.name) for one in options] for options in (places.agents, places.teams))
    form.manager_agent_id.choices = _with_now(agents, row.manager_agent_id if row else None, row and row.manager_agent)
    form.manager_team_id.choices = _with_now(teams, row.manager_team_id if row else None, row and row.manager_team)

    def save() -> str:
        data = organizations.OrganizationData(
            name=form.name.data,
            notes=form.notes.data or "",
            domains=lines(form.domains.data, most=200),
            sharing=form.sharing.data,
            contacts_share=form.contacts_share.data,
            followers=form.followers.data,
            manager_agent_id=form.manager_agent_id.data or None,
            manager_team_id=form.manager_team_id.data or None,
            assigns_manager=form.assigns_manager.data,
        )
        return _after(organizations.save_organization(current_actor(), row.id if row else None, data))

    back = _after(row.id) if row else url_for("directory.organizations")
    return edit("directory/organization_form.html", form, save, back, organization=row)


def _with_now(options: list[tuple[int, str]], now: int | None, name: str | None) -> list[tuple[int, str]]:
    """Nobody, the options, and what is set now, even if it is not offered any more."""
    if now is not None and name is not None and all(row_id != now for row_id, _name in options):
        options = [*options, (now, name or _("Somebody out of your sight"))]
    return [(NOBODY, _("Nobody")), *options]


def _after(row_id: int) -> str:
    """The organization's page, or the desk for who may not look at it."""
    if current_actor().may("user.directory"):
        return url_for("directory.organization", row_id=row_id)
    return url_for("desk.queue")
