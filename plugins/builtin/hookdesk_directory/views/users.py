"""Users: looked through, added, changed, banned."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from hookdesk.api import Ticket, agent, current_actor, directory, people, users
from hookdesk_directory import queries
from hookdesk_directory.forms import UserForm, lines
from hookdesk_directory.views.blueprint import bp
from hookdesk_directory.views.editing import Answer, asked, edit, found


@bp.get("", endpoint="users")
@agent("user.directory")
def user_list() -> str:
    """All users by name; `?q=` looks for some, `?show=banned` shows the banned ones."""
    text, show = asked(), "banned" if request.args.get("show") == "banned" else ""
    return render_template("directory/users.html", page=queries.users(text, show), q=text, show=show)


@bp.get("/<int:user_id>", endpoint="user")
@agent("user.directory")
def user_page(user_id: int) -> str:
    """One user, with those of their tickets that the agent sees."""
    row, actor = found(queries.user(user_id)), current_actor()
    return render_template(
        "directory/user.html",
        user=row,
        addresses=queries.addresses(row.id),
        page=queries.tickets(actor, Ticket.user_id, row.id),
        followed=queries.followed(actor, row.id),
        may_edit=actor.may("user.edit") and (row.agent_id is None or actor.is_admin),
        may_ban=actor.may("user.ban") and row.agent_id is None,
    )


@bp.route("/new", methods=["GET", "POST"], endpoint="user_new")
@agent("user.create")
def new_user() -> Answer:
    """Add a user; `?organization=` fills in where they belong, for those who may change users: members may see all of its tickets."""
    form = UserForm(data={"organization": request.args.get("organization", "")[:200]})
    if not current_actor().may("user.edit"):
        del form.organization, form.is_primary_contact
    return _edit(form, None)


@bp.route("/<int:user_id>/edit", methods=["GET", "POST"], endpoint="user_edit")
@agent("user.edit")
def edit_user(user_id: int) -> Answer:
    """Change a user."""
    row = found(queries.user(user_id))
    kept = {**row._mapping, "addresses": "\n".join(queries.addresses(row.id)), "organization": row.organization or ""}
    return _edit(UserForm(data=kept), row)


def _edit(form: UserForm, row: Row[Any] | None) -> Answer:
    """The form, new or filled. What it does not show stays as it is."""

    def save() -> str:
        addresses = lines(form.addresses.data)
        data = users.UserData(
            name=form.name.data,
            addresses=addresses,
            organization_id=_organization_id(form, addresses),
            is_primary_contact="is_primary_contact" in form and form.is_primary_contact.data,
            phone=form.phone.data or "",
            notes=form.notes.data or "",
            locale=row.locale if row else "",
            timezone=row.timezone if row else "",
            is_banned=row.is_banned if row else False,
        )
        return _after(users.save_user(current_actor(), row.id if row else None, data))

    back = _after(row.id) if row else url_for("directory.users")
    names = queries.organization_names() if current_actor().may("user.directory") else []
    return edit("directory/user_form.html", form, save, back, user=row, names=names)


def _organization_id(form: UserForm, addresses: tuple[str, ...]) -> int | None:
    """The organization that was typed, or where the form has none, that of the address as for anybody new; None for none."""
    if "organization" not in form:
        return people.organization_of(addresses[0]) if addresses else None
    wanted = " ".join((form.organization.data or "").split())
    row_id = queries.organization_named(wanted) if wanted else None
    if wanted and row_id is None:
        raise directory.DirectoryProblem(_("There is no organization of that name."), "organization")
    return row_id


def _after(user_id: int) -> str:
    """The user's page, or the desk for who may not look at it."""
    if current_actor().may("user.directory"):
        return url_for("directory.user", user_id=user_id)
    return url_for("desk.queue")


@bp.post("/<int:user_id>/ban", endpoint="ban")
@agent("user.ban")
def ban(user_id: int) -> Response:
    """Ban a user (`banned` is "1"), or let them in again."""
    row, is_banned = found(queries.user(user_id)), request.form.get("banned") == "1"
    try:
        users.set_banned(current_actor(), row.id, is_banned)
    except directory.DirectoryProblem as problem:
        flash(str(problem), "danger")
    else:
        said = _("%(name)s is banned.", name=row.name) if is_banned else _("%(name)s may write again.", name=row.name)
        flash(said, "success")
    return redirect(_after(row.id))
