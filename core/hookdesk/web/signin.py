"""The agents' sign-in page. Which credentials are good is for `auth_authenticate` to say; core only opens and ends sessions."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from hookdesk.hookspecs import AuthHooks
from hookdesk.outbox import emit
from hookdesk.plugins.caller import HookDenied
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.types.auth import Credentials, SignIn
from hookdesk.web.actor import current_actor, sign_in, sign_out
from hookdesk.web.blueprint import bp
from hookdesk.web.guard import agent, public


@bp.get("/agent/login", endpoint="agent_login")
@public
def agent_login() -> str | Response:
    """The sign-in form."""
    if current_actor().is_agent:
        return redirect(start_page())
    return _page()


@bp.post("/agent/login", endpoint="agent_login_post")
@public
def agent_login_post() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Check what was typed."""
    credentials = Credentials(
        face="agent",
        login=request.form.get("login", "").strip()[:320],
        password=request.form.get("password", "")[:1000],
        address=request.remote_addr or "",
        extra={},
    )
    answer = authenticate(credentials)
    if answer.user_id is None:
        headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
        return _page(answer.problem, credentials.login), 429 if answer.retry_after else 401, headers
    sign_in(answer.user_id, "agent")
    if not current_actor().is_agent:
        sign_out()
        return _page(gettext("This account cannot sign in here."), credentials.login), 403
    return redirect(start_page())


def authenticate(credentials: Credentials) -> SignIn:
    """Ask the providers; a failure is told to whoever listens, and the words never say whether the account exists."""
    try:
        answer = site().hooks.first(AuthHooks.auth_authenticate, credentials=credentials)
    except HookDenied:
        answer = SignIn(
            problem=gettext("Signing in does not work at the moment. An administrator can see why on the plugin page.")
        )
    if answer is None:
        answer = SignIn(problem=gettext("There is no way to sign in with a password here."))
    if answer.user_id is None:
        data = {"login": credentials.login, "face": credentials.face, "address": credentials.address}
        transact(lambda session: emit(session, "sign_in_failed", data))
    return answer


@bp.post("/agent/logout", endpoint="agent_logout")
@agent()
def agent_logout() -> Response:
    """End this session."""
    sign_out()
    flash(gettext("You are signed out."))
    return redirect(url_for("core.agent_login"))


def _page(problem: str = "", login: str = "") -> str:
    """The form, with what went wrong."""
    providers = site().hooks.collect(AuthHooks.auth_providers, face="agent")
    return render_template("signin/agent.html", providers=providers, problem=problem, login=login)


def start_page() -> str:
    """Where a signed-in agent goes: the page they asked for, if it is one of ours, else the desk, else the admin panel."""
    wanted = str(session.pop("next", ""))
    if wanted.startswith(("/agent", "/admin")) and _is_page(wanted.partition("?")[0]):
        return wanted
    for endpoint in ("desk.queue", "admin.index", "core.agent_account"):
        if endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("core.front")


def _is_page(path: str) -> bool:
    """True if a GET of that path leads to a view of this application."""
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]  # there is one inside a request
    except (HTTPException, RequestRedirect):
        return False
    return True
