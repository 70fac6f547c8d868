"""One user: merged, exported, erased, deleted, banned."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from hookdesk.api import access_user, admin, agent, confirmed, current_actor, directory, log, transact, users
from hookdesk.api import people as found_by
from hookdesk_admin.queries import people
from hookdesk_admin.views.editing import Answer, blame, found
from hookdesk_people import erasing, merging, records
from hookdesk_people.blueprint import bp
from hookdesk_people.forms import DeleteForm, EraseForm, MergeForm


@bp.route("/admin/users/<int:user_id>/merge", methods=["GET", "POST"])
@admin
@confirmed
def merge(user_id: int) -> Answer:
    """Find the other user, see what moves, then merge."""
    user, form, problem, other = found(people.user(user_id)), MergeForm(), "", None
    if form.is_submitted() and form.validate():
        person = found_by.find_user(form.other.data or "")
        if person is None:
            form.other.errors = [_("Nobody has this address.")]
        elif person.user_id == user_id:
            form.other.errors = [_("These are the same user.")]
        else:
            other = people.user(person.user_id)
    if other is not None:
        stays, goes = (user, other) if form.stays.data == "this" else (other, user)
        if request.form.get("confirmed") == "1":
            try:
                merging.merge(current_actor(), stays.id, goes.id)
            except directory.DirectoryProblem as error:
                problem = blame(form, error)
            else:
                flash(_("%(gone)s is part of %(name)s now.", gone=goes.name, name=stays.name), "success")
                return redirect(url_for("admin.user_edit", user_id=stays.id))
        else:
            moves = merging.moves(goes.id)
            return render_template(
                "people/merge.html", user=user, form=form, stays=stays, goes=goes, moves=moves, problem=""
            )
    page = render_template(
        "people/merge.html", user=user, form=form, stays=None, goes=None, moves=None, problem=problem
    )
    return (page, 422) if form.is_submitted() else page


@bp.post("/admin/users/<int:user_id>/export")
@admin
@confirmed
def export(user_id: int) -> Response:
    """Everything about a person, as a zip. That it was given out is logged."""
    user, actor = found(people.user(user_id)), current_actor()
    words = f"{actor.name} exported what is kept about {user.name} ({user_id})"

    def work(session: Session) -> None:
        log.changed(session, actor, "user", user.name, {}, act="exported", words=words, level="warning")

    transact(work)
    name = f"person-{user_id}.zip"
    return send_file(records.packed(user_id), "application/zip", as_attachment=True, download_name=name, max_age=0)


@bp.route("/admin/users/<int:user_id>/erase", methods=["GET", "POST"])
@admin
@confirmed
def erase(user_id: int) -> Answer:
    """Forget a person."""
    form = EraseForm()

    def act(user: Any) -> None:
        erasing.erase(current_actor(), user_id, with_tickets=form.what.data == "delete")
        flash(_("%(name)s is erased.", name=user.name), "success")

    return _asked("people/erase.html", user_id, form, act)


@bp.route("/admin/users/<int:user_id>/delete", methods=["GET", "POST"])
@admin
@confirmed
def delete(user_id: int) -> Answer:
    """Delete a user, with their tickets if that is wanted; one who has tickets is kept otherwise."""
    form = DeleteForm()

    def act(user: Any) -> None:
        erasing.remove(current_actor(), user_id, with_tickets=form.with_tickets.data)
        flash(_("%(name)s is deleted.", name=user.name), "success")

    return _asked("people/delete.html", user_id, form, act)


def _asked(template: str, user_id: int, form: Any, act: Any) -> Answer:
    """The page that asks, or the act and the way back to the list."""
    user, problem = found(people.user(user_id)), ""
    if form.validate_on_submit():
        try:
            act(user)
        except directory.DirectoryProblem as error:
            problem = blame(form, error)
        else:
            return redirect(url_for("admin.users"))
    page = render_template(template, user=user, form=form, problem=problem)
    return (page, 422) if form.is_submitted() else page


@bp.post("/agent/users/<int:user_id>/ban")
@agent("user.ban")
def ban(user_id: int) -> Redirect:
    """Ban a user or let them in again; for whoever may ban, who comes from a page of the desk or of the panel."""
    is_banned = request.form.get("banned") == "1"
    access_user(current_actor(), user_id)
    try:
        users.set_banned(current_actor(), user_id, is_banned)
    except directory.DirectoryProblem as problem:
        flash(str(problem), "danger")
    else:
        flash(
            _("Banned: they cannot sign in, and what they send is turned away.")
            if is_banned
            else _("They may write again."),
            "success",
        )
    if current_actor().is_admin:
        return redirect(url_for("admin.user_edit", user_id=user_id))
    return redirect(url_for("core.signed_in", face="agent"))


@bp.post("/agent/users/<int:user_id>/delete")
@agent("user.delete")
@confirmed
def delete_in_desk(user_id: int) -> Redirect:
    """Delete a user who has no tickets; for whoever may delete users. Tickets go with them by an administrator's hand alone."""
    access_user(current_actor(), user_id)
    user = found(people.user(user_id))
    try:
        erasing.remove(current_actor(), user_id, with_tickets=False)
    except directory.DirectoryProblem as problem:
        flash(str(problem), "danger")
    else:
        flash(_("%(name)s is deleted.", name=user.name), "success")
    is_listed = current_actor().may("user.directory") and "directory.users" in current_app.view_functions
    return redirect(url_for("directory.users") if is_listed else url_for("core.signed_in", face="agent"))
