"""The admin's page: who must have a second factor, who has which, and letting somebody begin anew."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import (
    Agent,
    Department,
    HookDenied,
    NotFound,
    Role,
    SettingsError,
    admin,
    agents,
    confirmed,
    current_actor,
    parse,
    reading,
)
from hookdesk_two_factor import policy
from hookdesk_two_factor.kinds import kinds
from hookdesk_two_factor.settings import Settings, present
from hookdesk_two_factor.views.blueprint import bp

MOST = 500


@bp.get("/admin/second-factors")
@admin
def overview() -> str:
    """The policy, and every active agent with their factors."""
    return _page()


def _page(problem: str = "") -> str:
    """The page."""
    roles, departments = policy.chosen()
    return render_template(
        "two_factor/overview.html",
        settings=present(),
        roles=[(row.id, row.name, row.id in roles) for row in _named(Role)],
        departments=[(row.id, row.name, row.id in departments) for row in _named(Department)],
        rows=_agents(request.args.get("show", "")),
        show=request.args.get("show", ""),
        problem=problem,
    )


def _named(model: type[Role] | type[Department]) -> list[Any]:
    """Ids and names, by name."""
    return list(reading().all(select(model.id, model.name).order_by(model.name).limit(MOST)))


def _agents(show: str) -> list[dict[str, Any]]:
    """Active agents with what they have set up; with `show` "without", those alone who have nothing."""
    columns = (Agent.id, Agent.user_id, Agent.name, Agent.login, Agent.is_admin)
    found = reading().all(select(*columns).where(Agent.is_active).order_by(Agent.name, Agent.id).limit(MOST))
    ids = [row.user_id for row in found]
    held = [(kind, kind.held(ids)) for kind in kinds()]
    rows = [
        {
            "agent": row,
            "factors": [(kind.label, users[row.user_id]) for kind, users in held if row.user_id in users],
            "is_safe": any(kind.stands_alone and row.user_id in users for kind, users in held),
        }
        for row in found
    ]
    return [row for row in rows if show != "without" or not row["is_safe"]]


@bp.post("/admin/second-factors")
@admin
@confirmed
def save_policy() -> Response | tuple[str, int]:
    """Store who must have one."""
    values, errors = parse(Settings, request.form)
    try:
        if errors:
            raise SettingsError(" ".join(errors.values()))
        policy.save(current_actor(), values, _ids("role"), _ids("department"))
    except SettingsError as error:
        return _page(str(error)), 422
    flash(_("Who needs a second factor is saved."), "success")
    return redirect(url_for("two_factor.overview"))


def _ids(name: str) -> list[int]:
    """The ids that a group of checkboxes sent."""
    return [
        int(value)
        for value in request.form.getlist(name)[:MOST]
        if value.isascii() and value.isdigit() and len(value) < 16
    ]


@bp.post("/admin/second-factors/<int:agent_id>/reset")
@admin
@confirmed
def reset(agent_id: int) -> Response:
    """Let an agent begin anew."""
    row = reading().first(select(Agent.user_id, Agent.name).where(Agent.id == agent_id))
    if row is None:
        raise NotFound("no such agent")
    try:
        agents.reset_factors(current_actor(), row.user_id, row.name)
    except HookDenied as denied:
        flash(_("Not all could be reset: %(plugin)s failed.", plugin=denied.plugin), "danger")
    else:
        flash(_("%(name)s has no second factor any more, and is signed out everywhere.", name=row.name), "success")
    return redirect(url_for("two_factor.overview"))
