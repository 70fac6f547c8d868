"""The fields of a user, an organization or a task: changed by agents who may, and one's own by oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from hookdesk.api import (
    AccessHooks,
    Actor,
    Agent,
    Forbidden,
    NotFound,
    Organization,
    User,
    access_user,
    account,
    agent,
    current_actor,
    limiter,
    reading,
    site,
)
from hookdesk_forms import answering, catalogue, values
from hookdesk_forms.filling import fill
from hookdesk_forms.views.blueprint import bp


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose fields these are, and where one came from."""

    about: str
    id: int
    name: str
    back: str


@bp.route("/agent/forms/users/<int:user_id>", methods=["GET", "POST"])
@agent("user.edit")
def user_fields(user_id: int) -> str | Response | tuple[str, int]:
    """A user's. Those of agents are for administrators to change, as all else about them."""
    actor = current_actor()
    access_user(actor, user_id)
    if not actor.is_admin and reading().scalar(select(Agent.id).where(Agent.user_id == user_id)) is not None:
        raise Forbidden("user.edit")
    name = reading().scalar(select(User.name).where(User.id == user_id))
    back = _first("directory.user", "admin.user_edit", user_id=user_id)
    return _answer(Owner("user", user_id, str(name), back), "forms/owner_desk.html")


@bp.route("/agent/forms/organizations/<int:row_id>", methods=["GET", "POST"])
@agent("organization.edit")
def organization_fields(row_id: int) -> str | Response | tuple[str, int]:
    """An organization's."""
    named = select(Organization.name).where(Organization.id == row_id)
    name = reading().scalar(named) if row_id < 2**63 else None
    if name is None:
        raise NotFound("no such organization")
    back = _first("directory.organization", "admin.organization_edit", row_id=row_id)
    return _answer(Owner("organization", row_id, name, back), "forms/owner_desk.html")


@bp.route("/agent/forms/tasks/<int:task_id>", methods=["GET", "POST"])
@agent()
def task_fields(task_id: int) -> str | Response | tuple[str, int]:
    """A task's: what its own guard says of it counts."""
    found = known_task(current_actor(), task_id, "task.edit")
    if found is None:
        raise NotFound("no such task")
    return _answer(Owner("task", task_id, *found), "forms/owner_desk.html")


def known_task(actor: Actor, task_id: int, permission: str) -> tuple[str, str] | None:
    """Title and page of a task, if somebody may do that with it."""
    return site().hooks.first(AccessHooks.permission_look_up, actor=actor, ref=f"task:{task_id}", permission=permission)


@bp.route("/account/fields", methods=["GET", "POST"])
@account
@limiter.limit("20 per minute", methods=["POST"])
def own() -> str | Response | tuple[str, int]:
    """One's own."""
    actor = current_actor()
    assert actor.user_id is not None  # who is signed in is somebody
    back = url_for("accounts.profile" if "accounts.profile" in current_app.view_functions else "core.front")
    return _answer(Owner("user", actor.user_id, actor.name, back), "forms/owner_portal.html")


def _answer(owner: Owner, template: str) -> str | Response | tuple[str, int]:
    """The form; what was sent is judged, stored, and leads back."""
    actor, stage = current_actor(), "sent" if request.method == "POST" else "shown"
    stored = values.read(owner.about, owner.id)
    filled = fill(catalogue.forms_of(owner.about), is_agent=actor.is_agent, stage=stage, stored=stored, fresh=False)
    if stage == "sent" and not filled.problems:
        rows = [row for row in filled.rows if row.kind.column]
        changed = answering.change_owner(actor, owner.about, owner.id, owner.name, rows)
        told = _("Saved: %(names)s", names=", ".join(changed)) if changed else _("Nothing was changed.")
        flash(told, "success")
        return redirect(owner.back)
    page = render_template(template, filled=filled, owner=owner)
    return (page, 422) if filled.problems else page


def _first(*endpoints: str, **args: Any) -> str:
    """The first of some pages that this site has."""
    found = next((endpoint for endpoint in endpoints if endpoint in current_app.view_functions), None)
    return url_for(found, **args) if found else url_for("core.signed_in", face="agent")


def may_change(actor: Actor, about: str, user_id: int | None) -> bool:
    """True for who may change these fields."""
    if not actor.is_agent:
        return user_id is not None and actor.user_id == user_id
    if about == "task":
        return known_task(actor, user_id or 0, "task.edit") is not None
    return actor.may(f"{about}.edit")
