"""The agents' sign-in page. Which credentials are good is for `auth_authenticate` to say; core only opens and ends sessions."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from hookdesk.db.context import reading
from hookdesk.hookspecs import AuthHooks
from hookdesk.models import Agent
from hookdesk.outbox import emit
from hookdesk.plugins.caller import HookDenied
from hookdesk.services import actors, sessions
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.types.auth import Credentials, SignIn
from hookdesk.web import networks, steps
from hookdesk.web.actor import current_actor, sign_out, stop_viewing
from hookdesk.web.blueprint import bp
from hookdesk.web.guard import agent, first_endpoint, public

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@bp.get("/agent/login", endpoint="agent_login")
@public
def agent_login() -> str | Response:
    """The sign-in form."""
    if current_actor().is_agent:
        return redirect(start_page())
    return _page()


@bp.post("/agent/login", endpoint="agent_login_post")
@public
def agent_login_post() -> Answer:
    """Check what was typed."""
    return answer_sign_in("agent", _page)


def answer_sign_in(face: str, page: Callable[[str, str], str]) -> Answer:
    """Check the login and the password that a sign-in form of the face "agent" or "portal" has sent, and go on to what comes next.

    `page(problem, login)` shows the form again.
    """
    if problem := networks.problem(face):
        return page(problem, ""), 403
    login = request.form.get("login", "").strip()[:320]
    answer = authenticate(_typed(face, login))
    if answer.user_id is None:
        headers = {"Retry-After": str(answer.retry_after)} if answer.retry_after else {}
        return page(answer.problem, login), 429 if answer.retry_after else 401, headers
    if actors.at_face(face, answer.user_id) is None:
        return page(gettext("This account cannot sign in here."), login), 403
    try:
        return redirect(steps.begin(answer.user_id, face))
    except HookDenied as denied:
        problem = gettext("Signing in does not work at the moment: %(plugin)s failed.", plugin=denied.plugin)
        return page(problem, login), 503


@bp.get("/agent/login/second", endpoint="sign_in_factor", defaults={"face": "agent"})
@bp.get("/sign-in/second", endpoint="sign_in_factor", defaults={"face": "portal"})
@public
def sign_in_factor(face: str) -> Response | str:
    """Which second proof to give; straight on if there is one only."""
    user_id = steps.pending_sign_in(face)
    if user_id is None:
        return redirect(url_for("core.agent_login") if face == "agent" else url_for("core.front"))
    found = steps.factors(user_id, face)
    if len(found) == 1:
        return redirect(url_for(found[0].endpoint))
    return render_template("signin/second.html", factors=found)


@bp.get("/agent/signed-in", endpoint="signed_in", defaults={"face": "agent"})
@bp.get("/signed-in", endpoint="signed_in", defaults={"face": "portal"})
@public
def signed_in(face: str) -> Response:
    """Signed in: what has to be done first, else where one wanted to go."""
    user_id = current_actor().user_id
    first = steps.duty(face, user_id) if user_id is not None else None
    if first:
        flash(first.reason, "warning")
        return redirect(url_for(first.endpoint))
    return redirect(start_page() if face == "agent" else portal_page())


@bp.route("/agent/confirm", methods=["GET", "POST"], endpoint="agent_confirm")
@agent()
def agent_confirm() -> Response | str | tuple[str, int]:
    """Prove again who one is, before something dangerous."""
    actor = current_actor()
    if request.method != "POST":
        return render_template("signin/confirm.html", problem="")
    login = reading().scalar(select(Agent.login).where(Agent.id == actor.agent_id)) or ""
    answer = authenticate(_typed("agent", login))
    if answer.user_id != actor.user_id or actor.session_id is None:
        status = 429 if answer.retry_after else 401
        return render_template("signin/confirm.html", problem=answer.problem), status
    sessions.confirm(actor.session_id)
    return redirect(start_page())


@bp.post("/agent/stop-viewing", endpoint="stop_viewing")
@public
def end_viewing() -> Response:
    """Look through one's own eyes again."""
    stop_viewing()
    return redirect(start_page())


def _typed(face: str, login: str) -> Credentials:
    """A login with the password that this request's form has sent."""
    return Credentials(face, login, request.form.get("password", "")[:1000], request.remote_addr or "", {})


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
    wanted = str(session.pop("next", "")).removeprefix(request.host_url.rstrip("/"))
    if wanted.startswith(("/agent", "/admin")) and _is_page(wanted):
        return wanted
    return url_for(first_endpoint("desk.queue", "admin.index", "core.agent_account", "core.front"))


def portal_page() -> str:
    """Where a signed-in requester goes: the page they asked for, if it is one of the portal's, else their tickets, else the front page."""
    wanted = str(session.pop("next", ""))
    is_ours = wanted.startswith("/") and not wanted.startswith(("/agent", "/admin", "//"))
    return wanted if is_ours and _is_page(wanted) else url_for(first_endpoint("portal.tickets", "core.front"))


def _is_page(wanted: str) -> bool:
    """True if a GET of that path, whatever stands behind its "?", leads to a view of this application."""
    try:
        current_app.create_url_adapter(request).match(wanted.partition("?")[0], method="GET")  # type: ignore[union-attr]  # there is one inside a request
    except (HTTPException, RequestRedirect):
        return False
    return True
