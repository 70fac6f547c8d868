"""Sets of words, which one a department has, and kinds of messages that the admin makes."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import NotFound, admin, current_actor
from hookdesk_email_out import departments, editing, own_kinds
from hookdesk_email_out.departments import Own
from hookdesk_email_out.lint import WordsProblem
from hookdesk_email_out.views.blueprint import bp


@bp.post("/admin/templates/sets")
@admin
def save_set() -> Response:
    """Make a set, or name it differently."""
    set_id = request.form.get("set", type=int) or None
    try:
        set_id = editing.save_set(current_actor(), request.form.get("name", ""), set_id)
    except WordsProblem as problem:
        flash(str(problem), "danger")
    except LookupError as error:
        raise NotFound(str(error)) from None
    else:
        flash(_("Saved."), "success")
    return redirect(url_for("email_out.templates", set=set_id))


@bp.post("/admin/templates/sets/<int:set_id>/delete")
@admin
def delete_set(set_id: int) -> Response:
    """Delete a set with its words."""
    try:
        editing.remove_set(current_actor(), set_id)
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The set is deleted; its departments have the default one."), "success")
    return redirect(url_for("email_out.templates"))


@bp.post("/admin/templates/messages")
@admin
def make_kind() -> Response:
    """Make a kind of message for rules to send."""
    try:
        kind = own_kinds.make(current_actor(), request.form.get("name", ""))
    except WordsProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("email_out.templates"))
    flash(_("Now write what it says."), "success")
    return redirect(url_for("email_out.template", set_id=0, kind=kind))


@bp.post("/admin/templates/messages/<kind>/delete")
@admin
def delete_kind(kind: str) -> Response:
    """Delete it with its words."""
    try:
        own_kinds.remove(current_actor(), kind)
    except LookupError as error:
        raise NotFound(str(error)) from None
    flash(_("The message is deleted."), "success")
    return redirect(url_for("email_out.templates"))


@bp.post("/admin/departments/<int:department_id>/templates")
@admin
def choose_set(department_id: int) -> Response:
    """Say which words a department writes in, and by which account."""
    own = Own(request.form.get("template_ref", ""), request.form.get("mail_account_ref", ""))
    try:
        departments.choose(current_actor(), department_id, own)
    except ValueError as error:
        raise NotFound(str(error)) from None
    flash(_("Saved."), "success")
    return redirect(url_for("admin.department_edit", row_id=department_id))
