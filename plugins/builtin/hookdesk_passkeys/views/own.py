"""An agent's own passkeys: list, add, remove."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from hookdesk.api import Agent, NotFound, agent, confirmed, current_actor, limiter, reading
from hookdesk_passkeys import party, services
from hookdesk_passkeys.models import Passkey
from hookdesk_passkeys.views.blueprint import bp, json_text
from hookdesk_two_factor import challenge


@bp.get("/second-factors/passkeys")
@agent()
@confirmed
def own() -> str:
    """What one has."""
    columns = (Passkey.id, Passkey.name, Passkey.is_synced, Passkey.created_at, Passkey.used_at)
    mine = select(*columns).where(Passkey.user_id == challenge.own_id()).order_by(Passkey.id)
    return render_template("passkeys/own.html", passkeys=reading().all(mine), is_usable=party.is_usable())


@bp.post("/second-factors/passkeys/options")
@agent()
@confirmed
@limiter.limit("20 per minute")
def add_options() -> Response:
    """What the browser needs to make one."""
    actor = current_actor()
    login = reading().scalar(select(Agent.login).where(Agent.id == actor.agent_id)) or ""
    return json_text(services.creation_options(challenge.own_id(), login, actor.name))


@bp.post("/second-factors/passkeys")
@agent()
@confirmed
@limiter.limit("20 per minute")
def add() -> Answer:
    """Keep what the browser made."""
    form = request.form
    if not services.add(challenge.own_id(), form.get("credential", ""), form.get("name", "")):
        flash(_("The passkey could not be added. Try again."), "danger")
        return redirect(url_for("passkeys.own"))
    flash(_("The passkey is added. You can sign in with it."), "success")
    return challenge.settled()


@bp.post("/second-factors/passkeys/<int:passkey_id>/remove")
@agent()
@confirmed
def remove(passkey_id: int) -> Answer:
    """Remove one."""
    name = services.remove(challenge.own_id(), passkey_id)
    if not name:
        raise NotFound("no such passkey")
    flash(_("The passkey %(name)s is removed. Delete it on your device too.", name=name))
    return challenge.settled()
