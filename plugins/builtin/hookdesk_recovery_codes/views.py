"""Make codes, and use one at sign-in."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from hookdesk.api import agent, confirmed, limiter, public
from hookdesk_recovery_codes import services
from hookdesk_two_factor import challenge
from hookdesk_two_factor.kinds import has_factor

bp = Blueprint("recovery_codes", __name__, url_prefix="/agent")
FEW = 3


@bp.get("/second-factors/recovery-codes")
@agent()
@confirmed
def codes() -> str:
    """How many are left."""
    user_id = challenge.own_id()
    left = services.left([user_id]).get(user_id)
    return render_template("recovery_codes/codes.html", left=left, new=(), has_factor=has_factor(user_id))


@bp.post("/second-factors/recovery-codes")
@agent()
@confirmed
@limiter.limit("10 per minute")
def make() -> Response:
    """Make new ones and show them, this once."""
    user_id = challenge.own_id()
    if not has_factor(user_id):
        return redirect(url_for("recovery_codes.codes"))
    new = services.make(user_id)
    page = render_template("recovery_codes/codes.html", left=len(new), new=new, has_factor=True)
    answer = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/login/second/recovery-code")
@public
def code() -> str | tuple[str, int]:
    """Ask for a code."""
    return challenge.page("recovery_codes/code.html", challenge.waiting())


@bp.post("/login/second/recovery-code")
@public
@limiter.limit("30 per minute")
def code_post() -> Response | str | tuple[str, int]:
    """Check it, and say how many are left."""
    user_id = challenge.waiting()
    given = request.form.get("code", "")[:40]
    problem = challenge.attempt("recovery_codes", user_id, lambda: has_factor(user_id) and services.use(user_id, given))
    if problem:
        return challenge.page("recovery_codes/code.html", user_id, problem)
    answer = challenge.passed()
    left = services.left([user_id]).get(user_id, 0)
    if left <= FEW:
        told = ngettext(
            "You have %(num)s recovery code left. Make new ones.",
            "You have %(num)s recovery codes left. Make new ones.",
            left,
        )
        flash(told, "warning")
    return answer
