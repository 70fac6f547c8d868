"""What agents do about users' accounts."""

from __future__ import annotations

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import access_user, agent, current_actor, directory
from hookdesk_accounts import managing
from hookdesk_accounts.views.blueprint import bp


@bp.post("/agent/accounts/<int:user_id>/link")
@agent("user.manage")
def mail_link(user_id: int) -> Response:
    """Mail a link to choose a password with: an invitation, or for who has an account, a new password."""
    access_user(current_actor(), user_id)
    try:
        managing.mail_link(current_actor(), user_id)
    except directory.DirectoryProblem as problem:
        flash(str(problem), "danger")
    else:
        flash(_("A mail with a link is on its way."), "success")
    return _back(user_id)


@bp.post("/agent/accounts/<int:user_id>/confirm")
@agent("user.manage")
def confirm(user_id: int) -> Response:
    """Vouch for the address."""
    access_user(current_actor(), user_id)
    managing.confirm(current_actor(), user_id)
    flash(_("The address is confirmed. A password is chosen by mail."), "success")
    return _back(user_id)


@bp.post("/agent/accounts/<int:user_id>/lock")
@agent("user.manage")
def lock(user_id: int) -> Response:
    """Lock an account."""
    access_user(current_actor(), user_id)
    managing.lock(current_actor(), user_id, True)
    flash(_("The account is locked, and its owner signed out."))
    return _back(user_id)


@bp.post("/agent/accounts/<int:user_id>/unlock")
@agent("user.manage")
def unlock(user_id: int) -> Response:
    """Open it again."""
    access_user(current_actor(), user_id)
    managing.lock(current_actor(), user_id, False)
    flash(_("The account is open again."))
    return _back(user_id)


def _back(user_id: int) -> Response:
    """To the user's page: the desk's (`?at=desk`) or the admin panel's, whichever there is for this agent."""
    actor = current_actor()
    pages = [("admin.user_edit", actor.is_admin), ("directory.user", actor.may("user.directory"))]
    for endpoint, is_open in reversed(pages) if request.args.get("at") == "desk" else pages:
        if is_open and endpoint in current_app.view_functions:
            return redirect(url_for(endpoint, user_id=user_id))
    return redirect(url_for("core.signed_in", face="agent"))
