"""Switch codes by mail on and off, and use one at sign-in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hookdesk.api import agent, confirmed, limiter, public, transact
from hookdesk_email_code import services
from hookdesk_two_factor import challenge

bp = Blueprint("email_code", __name__, url_prefix="/agent")


@bp.get("/second-factors/mail")
@agent()
@confirmed
def setup() -> str | tuple[str, int]:
    """What it is, and the next thing to do."""
    return _setup_page()


@bp.post("/second-factors/mail/send")
@agent()
@confirmed
@limiter.limit("10 per minute")
def setup_send() -> Response:
    """Mail a first code."""
    if problem := services.send(challenge.own_id()):
        flash(problem, "danger")
    return redirect(url_for("email_code.setup"))


@bp.post("/second-factors/mail")
@agent()
@confirmed
@limiter.limit("20 per minute")
def setup_post() -> Response | str | tuple[str, int]:
    """Switch it on if the code is right."""
    user_id = challenge.own_id()
    if not services.fits(user_id, request.form.get("code", "")[:20]):
        return _setup_page(_("This code is not right. Was it used already, or is it too old?"))
    services.switch_on(user_id)
    flash(_("From now on you are mailed a code when you sign in."), "success")
    return challenge.settled()


def _setup_page(problem: str = "") -> str | tuple[str, int]:
    """The page."""
    user_id = challenge.own_id()
    shown = render_template(
        "email_code/setup.html",
        is_set=user_id in services.held([user_id]),
        is_sent=services.is_waited_for(user_id),
        address=services.address_of(user_id),
        can_mail=services.can_mail(),
        problem=problem,
    )
    return (shown, 422) if problem else shown


@bp.post("/second-factors/mail/remove")
@agent()
@confirmed
def remove() -> Response:
    """Switch it off."""

    def work(session: Session) -> None:
        if services.forget(session, challenge.own_id()):
            challenge.note(session, "removed", services.KIND)

    transact(work)
    flash(_("You get no codes by mail any more."))
    return challenge.settled()


@bp.get("/login/second/mail")
@public
def code() -> str | tuple[str, int]:
    """Offer to mail a code, or ask for the one that was mailed."""
    return _code_page(_waiting())


@bp.post("/login/second/mail/send")
@public
@limiter.limit("10 per minute")
def code_send() -> Response | str | tuple[str, int]:
    """Mail one."""
    user_id = _waiting()
    problem = services.send(user_id)
    return _code_page(user_id, problem) if problem else redirect(url_for("email_code.code"))


@bp.post("/login/second/mail")
@public
@limiter.limit("30 per minute")
def code_post() -> Response | str | tuple[str, int]:
    """Check it."""
    user_id = _waiting()
    given = request.form.get("code", "")[:20]
    problem = challenge.attempt("email_code", user_id, lambda: services.fits(user_id, given))
    return _code_page(user_id, problem) if problem else challenge.passed()


def _waiting() -> int:
    """The user whose sign-in waits, who has switched this on: a code that is to do so opens no door."""
    user_id = challenge.waiting()
    if user_id not in services.held([user_id]):
        challenge.refuse()
    return user_id


def _code_page(user_id: int, problem: str = "") -> str | tuple[str, int]:
    """The page."""
    context = {"is_sent": services.is_waited_for(user_id), "address": services.address_of(user_id)}
    return challenge.page("email_code/code.html", user_id, problem, **context)
