"""What an agent wants to be told of by mail: a section of their own page."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import AlertKind, agent, current_actor, site
from hookdesk_email_out import kinds, matrix, preferences
from hookdesk_email_out.settings import Settings
from hookdesk_email_out.views.blueprint import bp


def choices(agent_id: int) -> dict[str, Any]:
    """What the section shows: how much an agent wants, and each kind of alert that anybody is told of."""
    own = preferences.of(agent_id)
    modes = (
        ("all", _("All that I am told of"), ""),
        (
            "mine",
            _("Only what concerns me"),
            _("What I or a team of mine have, what I answered last, what was shown to me."),
        ),
        ("none", _("No mail at all"), _("The lists in the desk show all the same.")),
    )
    shown = (
        ("", _("My name"), _("Unless the site keeps agents' names from requesters.")),
        ("department", _("The name of the department"), ""),
        ("account", _("The name of the sending address alone"), ""),
    )
    return {
        "shown": shown,
        "shown_as": preferences.shown_as(agent_id),
        "modes": modes,
        "mode": own.mode,
        "kinds": _told(),
        "unwanted": own.unwanted,
    }


def _told() -> list[AlertKind]:
    """The alerts that the administrator lets anybody have."""
    settings = site().settings.get("email_out", Settings)
    return [kind for kind in kinds.alerts().values() if matrix.told(settings, kind)]


@bp.post("/agent/profile/alerts")
@agent()
def save_choice() -> Response:
    """Store it. Alerts that nobody is told of at the moment stay as they were."""
    actor = current_actor()
    offered = {kind.name for kind in _told()}
    kept = set(preferences.of(actor.agent_id or 0).unwanted) - offered
    try:
        preferences.save(
            actor,
            request.form.get("mode", ""),
            kept | (offered - set(request.form.getlist("wanted"))),
            request.form.get("shown", ""),
        )
    except ValueError:
        abort(400)
    flash(_("Your alerts are saved."), "success")
    return redirect(url_for("desk.profile"))
