"""Users: list, search, create, change, ban."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _

from hookdesk.api import admin, current_actor, directory, id_argument, users
from hookdesk_admin.blueprint import bp
from hookdesk_admin.forms.people import UserForm
from hookdesk_admin.paging import asked, word
from hookdesk_admin.queries import people
from hookdesk_admin.views.editing import Answer, edit, filled, found, plain

_PLAIN = ("name", "phone", "locale", "timezone", "notes", "is_primary_contact", "is_banned")


@bp.get("/users", endpoint="users")
@admin
def list_users() -> str:
    """Who asks."""
    text, show = asked(), word("show", ("all", "banned"), "all")
    of = id_argument("organization")
    name = people.organization_name(of) if of is not None else ""
    page = people.users(text, show, of)
    return render_template("admin/users.html", page=page, q=text, show=show, organization_id=of, organization=name)


@bp.route("/users/new", methods=["GET", "POST"], endpoint="user_new")
@admin
def new_user() -> Answer:
    """Add a user."""
    return _edit(None)


@bp.route("/users/<int:user_id>", methods=["GET", "POST"], endpoint="user_edit")
@admin
def edit_user(user_id: int) -> Answer:
    """Change a user. One who is an agent has their own page."""
    return _edit(user_id)


def _edit(user_id: int | None) -> Answer:
    """The form, new or filled."""
    row = found(people.user(user_id)) if user_id is not None else None
    if row is not None and row.agent_id is not None:
        return redirect(url_for("admin.agent_edit", agent_id=row.agent_id))
    given = None
    if row is not None and not request.form:
        given = {
            **row._mapping,
            "addresses": "\n".join(people.addresses(row.id)),
            "organization": row.organization or "",
        }
    form = UserForm(data=given)

    def save() -> None:
        name = " ".join((form.organization.data or "").split())
        organization_id = people.organization_id(name) if name else None
        if name and organization_id is None:
            raise directory.DirectoryProblem(
                _("There is no organization of that name. Create it first."), "organization"
            )
        lines = tuple(line.strip() for line in (form.addresses.data or "").splitlines() if line.strip())
        data = filled(users.UserData, row, **plain(form, _PLAIN), addresses=lines[:50], organization_id=organization_id)
        users.save_user(current_actor(), user_id, data)

    context = {"user": row, "title": row.name if row else _("New user"), "names": people.organization_names()}
    return edit("admin/user.html", form, save, url_for("admin.users"), **context)
