"""Signing in and out."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import AuthHooks, account, answer_sign_in, current_actor, public, sign_out, site
from hookdesk_accounts.settings import PUBLIC, settings
from hookdesk_accounts.views.blueprint import bp

Answer = Response | str | tuple[str, int] | tuple[str, int, dict[str, str]]


@bp.get("/sign-in", endpoint="sign_in")
@public
def sign_in_form() -> Answer:
    """The form."""
    if current_actor().is_signed_in:
        return redirect(url_for("core.signed_in", face="portal"))
    return _page()


@bp.post("/sign-in", endpoint="sign_in_post")
@public
def check() -> Answer:
    """Check what was typed; core asks for a second proof where there is one."""
    return answer_sign_in("portal", _page)


@bp.post("/sign-out", endpoint="sign_out")
@account
def leave() -> Response:
    """End this session."""
    sign_out()
    flash(_("You are signed out."))
    return redirect(url_for("core.front"))


def _page(problem: str = "", login: str = "") -> str:
    """The form, with what went wrong."""
    providers = site().hooks.collect(AuthHooks.auth_providers, face="portal")
    is_open = settings().registration == PUBLIC
    return render_template("accounts/sign_in.html", providers=providers, problem=problem, login=login, is_open=is_open)
