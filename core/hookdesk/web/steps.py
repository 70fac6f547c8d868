"""The steps of signing in: the first proof, a second one if the user has set one up, then what they have to do before anything else."""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, flash, session, url_for

from hookdesk import clock
from hookdesk.access import NotFound
from hookdesk.hookspecs import AuthHooks
from hookdesk.site import site
from hookdesk.types.auth import Duty, Factor
from hookdesk.web import networks
from hookdesk.web.actor import sign_in

PENDING, DUTIES, REVIEWED = "pending", "duties", "reviewed"
LIFETIME = timedelta(minutes=10)
"""How long a sign-in waits for its second proof."""
REVIEW = timedelta(minutes=5)
"""After how long a session asks anew what has to be done: passwords expire and times of grace end while people work."""


def begin(user_id: int, face: str) -> str:
    """The first proof was good: where to go now. Without a second one to ask for, the session is opened.

    Raises:
        HookDenied: a plugin cannot say whether a second proof is needed.
    """
    if not factors(user_id, face):
        return complete_sign_in(face, user_id)
    session[PENDING] = {"user": user_id, "face": face, "until": (clock.now() + LIFETIME).timestamp()}
    return url_for("core.sign_in_factor", face=face)


def factors(user_id: int, face: str) -> list[Factor]:
    """The second proofs that a user can give, the first choice first."""
    found = site().hooks.collect(AuthHooks.auth_factors, user_id=user_id, face=face)
    return sorted((one for one in found if one.endpoint in current_app.view_functions), key=lambda one: one.order)


def pending_sign_in(face: str) -> int | None:
    """The user whose sign-in at this face waits for a second proof; None if there is none, or it waited too long."""
    waiting = session.get(PENDING)
    if not waiting or waiting["face"] != face or waiting["until"] < clock.now().timestamp():
        return None
    return int(waiting["user"])


def complete_sign_in(face: str, user_id: int | None = None) -> str:
    """Open the session of the sign-in that waits, or of `user_id` if a plugin has seen all the proof there is; where to go now.

    From a network that is not allowed none is opened, and the page to go to says so.

    Raises:
        NotFound: no sign-in waits.
    """
    found = user_id if user_id is not None else pending_sign_in(face)
    if found is None:
        raise NotFound("no sign-in waits for a second proof")
    session.pop(PENDING, None)
    if problem := networks.problem(face):
        flash(problem, "danger")
        return url_for("core.agent_login")
    sign_in(found, face)
    review_duties(face, found)
    return url_for("core.signed_in", face=face)


def review_duties(face: str, user_id: int) -> None:
    """Ask anew what the user has to do before anything else; plugins call it when something was done."""
    duties = site().hooks.collect(AuthHooks.sign_in_duties, user_id=user_id, face=face)
    asked = [[duty.endpoint, str(duty.reason), *duty.blueprints] for duty in duties]
    session[DUTIES] = {**session.get(DUTIES, {}), face: asked}
    session[REVIEWED] = {**session.get(REVIEWED, {}), face: [_edition(), clock.now().timestamp()]}


def _edition() -> str:
    """Differs once plugins were switched or settings saved: what was asked of nobody so far may be asked now."""
    return f"{site().generation}.{site().settings.edition}"


def duty(face: str, user_id: int) -> Duty | None:
    """What has to be done first, as the policies are now; None if there is nothing, or whoever asked for it is switched off."""
    edition, at = session.get(REVIEWED, {}).get(face, ("", 0))
    if edition != _edition() or clock.now().timestamp() - at > REVIEW.total_seconds():
        review_duties(face, user_id)
    for endpoint, reason, *blueprints in session.get(DUTIES, {}).get(face, ()):
        if endpoint in current_app.view_functions:
            return Duty(endpoint, reason, tuple(blueprints))
    return None
