"""Teams: list, create, change."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Agent, Team, TeamMember, admin, current_actor, directory
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.parts import with_nobody
from hookdesk_admin.forms.places import TeamForm
from hookdesk_admin.queries import people, places
from hookdesk_admin.views.editing import Answer, edit, filled, found, plain


@bp.get("/teams", endpoint="teams")
@admin
def list_teams() -> str:
    """Agents who can be assigned together."""
    return render_template("admin/teams.html", page=places.teams())


@bp.route("/teams/new", methods=["GET", "POST"], endpoint="team_new")
@admin
def new_team() -> Answer:
    """Add a team."""
    return _edit(None)


@bp.route("/teams/<int:row_id>", methods=["GET", "POST"], endpoint="team_edit")
@admin
def edit_team(row_id: int) -> Answer:
    """Change a team."""
    return _edit(row_id)


def _edit(row_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(places.one(Team, row_id)) if row_id is not None else None
    given = None
    if row and not request.form:
        members, told = people.members(row.id)
        given = {**row._mapping, "lead_id": row.lead_id or 0, "members": members, "told": told}
    form = TeamForm(data=given)
    mine = select(TeamMember.agent_id).where(TeamMember.team_id == row_id)
    choices = people.choices(Agent, Agent.id.in_(mine))
    form.members.choices, form.lead_id.choices = choices, with_nobody(choices, _("Nobody"))
    form.told.choices = choices

    def save() -> None:
        members = tuple(form.members.data or ())
        data = filled(
            directory.TeamData,
            row,
            **plain(form, ("name", "is_active", "gets_alerts", "notes")),
            lead_id=form.lead_id.data or None,
            members=members,
            silent=frozenset(members) - frozenset(form.told.data or ()),
        )
        directory.save_team(current_actor(), row_id, data)

    title = row.name if row else _("New team")
    context = {"title": title, "kind": "team", "row_id": row_id}
    return edit("admin/team.html", form, save, url_for("admin.teams"), **context)
