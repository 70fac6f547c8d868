"""Where a passkey opens something: as the second proof, as both at once, and before something dangerous."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from hookdesk.api import NotFound, actors, agent, complete_sign_in, current_actor, limiter, public, sessions
from hookdesk_passkeys import services
from hookdesk_passkeys.views.blueprint import bp, json_text
from hookdesk_two_factor import challenge


def refused() -> str:
    """The same words whatever was wrong: an unknown passkey, an account that is locked, an old page."""
    return str(_("Signing in with this passkey did not work."))


@bp.get("/login/second/passkey")
@public
def second() -> str | tuple[str, int]:
    """Ask for the second proof."""
    return challenge.page("passkeys/second.html", challenge.waiting())


@bp.post("/login/second/passkey/options")
@public
@limiter.limit("30 per minute")
def second_options() -> Response:
    """What is to be signed; the password has said whose passkeys may."""
    return json_text(services.request_options("second", challenge.waiting(), verified=False))


@bp.post("/login/second/passkey")
@public
@limiter.limit("30 per minute")
def second_post() -> Answer | str | tuple[str, int]:
    """Check what was signed."""
    user_id = challenge.waiting()
    if services.check("second", user_id, request.form.get("credential", ""), verified=False) is None:
        challenge.failed(user_id)
        return challenge.page("passkeys/second.html", user_id, refused())
    return challenge.passed()


@bp.post("/login/passkey/options")
@public
@limiter.limit("30 per minute")
def first_options() -> Response:
    """What is to be signed, by any passkey for this site."""
    return json_text(services.request_options("first", None, verified=True))


@bp.post("/login/passkey")
@public
@limiter.limit("30 per minute")
def first() -> Answer:
    """Check what was signed. The authenticator has checked its holder, so that these are two proofs: what one has, and knows or is."""
    user_id = services.check("first", None, request.form.get("credential", ""), verified=True)
    if user_id is None or actors.agent_actor_of_user(user_id) is None:
        challenge.failed(user_id)
        flash(refused(), "danger")
        return redirect(url_for("core.agent_login"))
    return redirect(complete_sign_in("agent", user_id))


@bp.post("/confirm/passkey/options")
@agent()
@limiter.limit("30 per minute")
def confirm_options() -> Response:
    """What is to be signed, by one of one's own."""
    return json_text(services.request_options("confirm", challenge.own_id(), verified=True))


@bp.post("/confirm/passkey")
@agent()
@limiter.limit("30 per minute")
def confirm() -> Answer:
    """Prove again who one is."""
    user_id = services.check("confirm", challenge.own_id(), request.form.get("credential", ""), verified=True)
    session_id = current_actor().session_id
    if session_id is None:
        raise NotFound("no session")
    if user_id is None:
        challenge.failed(challenge.own_id())
        flash(refused(), "danger")
        return redirect(url_for("core.agent_confirm"))
    sessions.confirm(session_id)
    return redirect(url_for("core.signed_in", face="agent"))
