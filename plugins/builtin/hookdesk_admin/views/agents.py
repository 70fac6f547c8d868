"""Agents: list, create, change, deactivate, sign out."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hookdesk.api import (
    PERMISSIONS_AT_FIRST,
    SITE_PERMISSIONS,
    AgentDepartment,
    AuthHooks,
    Department,
    Form,
    HookDenied,
    Refusal,
    Role,
    Team,
    TeamMember,
    admin,
    agents,
    current_actor,
    directory,
    log,
    sessions,
    site,
    transact,
)
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.people import AgentForm
from hookdesk_admin.paging import asked, word
from hookdesk_admin.permissions import flat, grouped
from hookdesk_admin.queries import people
from hookdesk_admin.views.editing import Answer, edit, filled, found, numbers, plain

SHOWN = ("active", "inactive", "all")
_PLAIN = (
    "name", "login", "address", "department_id", "role_id", "is_admin", "is_active", "on_vacation", "assigned_only", "role_falls_back",
    "is_visible", "must_change_password", "signature", "phone", "notes", "locale", "timezone",
)  # fmt: skip


@bp.get("/agents", endpoint="agents")
@admin
def list_agents() -> str:
    """Who works here."""
    text, show = asked(), word("show", SHOWN, "active")
    return render_template("admin/agents.html", page=people.agents(text, show), q=text, show=show)


@bp.route("/agents/new", methods=["GET", "POST"], endpoint="agent_new")
@admin
def new_agent() -> Answer:
    """Add an agent."""
    form, context = _form(None, None)
    saved: list[int] = []

    def save() -> None:
        saved.append(agents.save_agent(current_actor(), None, _data(form, None, context)))
        if problem := _set_password(form, _user_id(saved[0])):
            flash(_("The agent was created, but without a password: %(problem)s", problem=problem), "warning")

    return edit("admin/agent.html", form, save, url_for("admin.agents"), agent=None, **context)


@bp.route("/agents/<int:agent_id>", methods=["GET", "POST"], endpoint="agent_edit")
@admin
def edit_agent(agent_id: int) -> Answer:
    """Change an agent."""
    row = found(people.agent(agent_id))
    form, context = _form(agent_id, row)

    def save() -> None:
        if problem := _set_password(form, row.user_id):
            raise directory.DirectoryProblem(problem, "password")
        agents.save_agent(current_actor(), agent_id, _data(form, row, context))

    return edit("admin/agent.html", form, save, url_for("admin.agents"), agent=row, **context)


@bp.post("/agents/<int:agent_id>/sign-out", endpoint="agent_sign_out")
@admin
def sign_out_agent(agent_id: int) -> Response:
    """End all of an agent's sessions."""
    row = found(people.agent(agent_id))

    def work(session: Session) -> None:
        sessions.revoke_all(session, row.user_id)
        log.write(session, "info", "directory", f"{current_actor().name} signed {row.name} out everywhere")

    transact(work)
    flash(_("%(name)s is signed out everywhere.", name=row.name), "success")
    return redirect(url_for("admin.agent_edit", agent_id=agent_id))


def _form(agent_id: int | None, row: Any) -> tuple[Form, dict[str, Any]]:
    """The form with its choices, and what is drawn beside it: departments, roles, who has access where."""
    held = select(AgentDepartment.department_id).where(AgentDepartment.agent_id == agent_id)
    departments = people.choices(
        Department, Department.id.in_(held) | (Department.id == getattr(row, "department_id", 0))
    )
    roles = people.choices(Role, Role.id == getattr(row, "role_id", 0))
    given = None
    if row is not None and not request.form:
        given = {**row._mapping, "teams": people.teams_of(agent_id or 0)}
    form = AgentForm(data=given)
    form.department_id.choices, form.role_id.choices = departments, roles
    mine = select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)
    form.teams.choices = people.choices(Team, Team.id.in_(mine))
    groups = grouped(SITE_PERMISSIONS, row.permissions if row is not None else PERMISSIONS_AT_FIRST)
    form.permissions.choices = flat(groups)
    if not site().hooks.implementations("auth_set_password"):
        del form.password, form.must_change_password
    if request.form:
        extended = _extended(departments, roles)
        silent = set(extended) - set(numbers("alerts"))
    else:
        extended, silent = people.extended(agent_id or 0)
    return form, {
        "departments": departments, "roles": roles, "extended": extended, "silent": silent, "groups": groups,
    }  # fmt: skip


def _extended(departments: list[tuple[int, str]], roles: list[tuple[int, str]]) -> dict[int, int]:
    """What the selects of the further departments say: department → role; anything that is not offered is passed over."""
    known = {str(role_id): role_id for role_id, _name in roles}
    chosen = {
        department_id: known.get(request.form.get(f"extended-{department_id}", ""))
        for department_id, _name in departments
    }
    return {department_id: role_id for department_id, role_id in chosen.items() if role_id is not None}


def _data(form: Form, row: Any, context: dict[str, Any]) -> agents.AgentData:
    """What the service stores."""
    return filled(
        agents.AgentData,
        row,
        **plain(form, [name for name in _PLAIN if name in form]),
        permissions=tuple(form["permissions"].data or ()),
        extended=context["extended"],
        silent=frozenset(context["silent"]),
        teams=frozenset(form["teams"].data or ()),
    )


def _user_id(agent_id: int) -> int:
    """The user that an agent is."""
    return int(found(people.agent(agent_id)).user_id)


def _set_password(form: Form, user_id: int) -> str:
    """Hand a typed password to whoever keeps passwords; why it was not taken, or ""."""
    password = form["password"].data if "password" in form else ""
    if not password:
        return ""
    try:
        taken = site().hooks.first(AuthHooks.auth_set_password, user_id=user_id, password=password)
    except Refusal as refusal:
        return str(refusal)
    except HookDenied:
        return str(_("The plugin that keeps passwords failed; its page says why."))
    return "" if taken else str(_("No plugin keeps passwords for this account."))
