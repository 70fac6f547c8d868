"""What agents do about users' accounts."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import Forbidden, agent, current_actor
from hookdesk_accounts import services
from hookdesk_accounts.models import GUEST
from hookdesk_accounts.views.blueprint import bp


@bp.post("/agent/accounts/<int:user_id>/invite")
@agent("user.manage")
def invite(user_id: int) -> Response:
    """Mail a link to choose a password with."""
    if not services.can_invite() and services.state_of(user_id)[0] == GUEST:
        raise Forbidden("user.manage", _("Nobody new gets an account here, as the settings say."))
    services.invite(current_actor(), user_id)
    flash(_("A mail with a link is on its way."), "success")
    return _back(user_id)


@bp.post("/agent/accounts/<int:user_id>/lock")
@agent("user.manage")
def lock(user_id: int) -> Response:
    """Lock an account."""
    services.lock(current_actor(), user_id, True)
    flash(_("The account is locked, and its owner signed out."))
    return _back(user_id)


@bp.post("/agent/accounts/<int:user_id>/unlock")
@agent("user.manage")
def unlock(user_id: int) -> Response:
    """Open it again."""
    services.lock(current_actor(), user_id, False)
    flash(_("The account is open again."))
    return _back(user_id)


def _back(user_id: int) -> Response:
    """To the user's page, where there is one for this agent."""
    if current_actor().is_admin and "admin.user_edit" in current_app.view_functions:
        return redirect(url_for("admin.user_edit", user_id=user_id))
    if current_actor().may("user.directory") and "directory.user" in current_app.view_functions:
        return redirect(url_for("directory.user", user_id=user_id))
    return redirect(url_for("core.signed_in", face="agent"))
