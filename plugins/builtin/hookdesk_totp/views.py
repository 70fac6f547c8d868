"""Set up an app, take it away, give a code at sign-in."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, session
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hookdesk.api import Agent, agent, confirmed, current_actor, limiter, public, reading, site, transact
from hookdesk_totp import services
from hookdesk_two_factor import challenge

bp = Blueprint("totp", __name__, url_prefix="/agent")
NEW = "totp_secret"
"""Where the cookie keeps the secret until a code proves that the app has it: encrypted, for a cookie is only signed."""


@bp.get("/second-factors/app")
@agent()
@confirmed
def setup() -> str | tuple[str, int]:
    """A secret to scan; or that there is one."""
    return _setup_page()


@bp.post("/second-factors/app")
@agent()
@confirmed
@limiter.limit("20 per minute")
def setup_post() -> Response | str | tuple[str, int]:
    """Keep the secret if the code is right."""
    sealed = str(session.get(NEW, ""))
    code = request.form.get("code", "")
    if not sealed or not services.set_up(challenge.own_id(), site().keys.decrypt(sealed), code):
        return _setup_page(_("This code is not right. Scan the picture, then type the code that the app shows now."))
    session.pop(NEW, None)
    flash(_("Your app is set up. From now on you are asked for its code when you sign in."), "success")
    return challenge.settled()


def _setup_page(problem: str = "") -> str | tuple[str, int]:
    """The page; the same secret until it is kept."""
    user_id = challenge.own_id()
    if user_id in services.held([user_id]):
        return render_template("totp/setup.html", is_set=True)
    sealed = session.get(NEW)
    secret = site().keys.decrypt(sealed) if sealed else services.new_secret()
    if not sealed:
        session[NEW] = site().keys.encrypt(secret)
    login = reading().scalar(select(Agent.login).where(Agent.id == current_actor().agent_id)) or ""
    picture = Markup(services.picture(services.address(secret, login)))  # noqa: S704  # segno made it
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("totp/setup.html", is_set=False, picture=picture, secret=spaced, problem=problem)
    return (page, 422) if problem else page


@bp.post("/second-factors/app/remove")
@agent()
@confirmed
def remove() -> Response:
    """Take the app away."""

    def work(work_session: Session) -> None:
        if services.forget(work_session, challenge.own_id()):
            challenge.note(work_session, "removed", services.KIND)

    transact(work)
    flash(_("Your app is no second factor any more."))
    return challenge.settled()


@bp.get("/login/second/app")
@public
def code() -> str | tuple[str, int]:
    """Ask for a code."""
    return challenge.page("totp/code.html", challenge.waiting())


@bp.post("/login/second/app")
@public
@limiter.limit("30 per minute")
def code_post() -> Response | str | tuple[str, int]:
    """Check it."""
    user_id = challenge.waiting()
    problem = challenge.attempt("totp", user_id, lambda: services.fits(user_id, request.form.get("code", "")[:20]))
    return challenge.page("totp/code.html", user_id, problem) if problem else challenge.passed()
