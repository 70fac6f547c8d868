"""Who may use a route. Every view states it with one of these decorators; a view that does not is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk import clock
from hookdesk.access import Forbidden
from hookdesk.web import steps
from hookdesk.web.actor import current_actor, face
from hookdesk.web.security import csrf

F = TypeVar("F", bound=Callable[..., Any])
ATTRIBUTE = "__access__"
LONGEST_WANTED = 1000  # characters; browsers drop cookies above 4 kB, and with ours the sign-in


@dataclass(frozen=True, slots=True)
class Access:
    """What a view asks for: `kind` public, program, requester, account, agent or admin; for agents also a permission held anywhere."""

    kind: str
    permission: str = ""


CONFIRMED = "__confirmed__"
CONFIRMATION = timedelta(minutes=15)
"""How long ago somebody may have proved who they are, to do something dangerous."""
OPEN_TO_VIEWERS = {"core.stop_viewing", "core.agent_logout"}


def _state(access: Access) -> Callable[[F], F]:
    """Put the statement on the view."""

    def mark(view: F) -> F:
        setattr(view, ATTRIBUTE, access)
        return view

    return mark


def public(view: F) -> F:
    """Anybody may use it, signed in or not."""
    return _state(Access("public"))(view)


def program(view: F) -> F:
    """Programs, whose key the view itself checks at each call. Cookies count for nothing here, so there is no CSRF to guard against."""
    csrf.exempt(view)
    return _state(Access("program"))(view)


def requester(view: F) -> F:
    """Requesters with a session or a mailed link; what they see is the guard's business."""
    return _state(Access("requester"))(view)


def account(view: F) -> F:
    """Whoever is signed in at this face: agents at the desk's, requesters at the portal's. A mailed link is no sign-in."""
    return _state(Access("account"))(view)


def agent(permission: str = "") -> Callable[[F], F]:
    """Signed-in agents, who must hold the permission somewhere if one is named."""
    return _state(Access("agent", permission))


def admin(view: F) -> F:
    """Administrators."""
    return _state(Access("admin"))(view)


def confirmed(view: F) -> F:
    """Only for who has proved in the last 15 minutes who they are; stands below `@agent` or `@admin`."""
    setattr(view, CONFIRMED, True)
    return view


def init_app(app: Flask) -> None:
    """Check each request before its view runs."""

    @app.before_request
    def check_access() -> Response | None:
        if "\x00" in request.path or b"%00" in request.query_string:
            abort(400)  # no file name and no column can hold it
        if request.endpoint is None:
            return None  # no such page: Flask answers 404 or 405
        access: Access | None = getattr(current_app.view_functions[request.endpoint], ATTRIBUTE, None)
        if access is None:
            abort(403)
        return None if access.kind == "program" else _refusal(access) or _step()


def _refusal(access: Access) -> Response | None:
    """None if the actor may go on, else where they are sent; 403 if signing in would not help."""
    if access.kind == "public":
        return None
    actor = current_actor()
    if access.kind == "requester" or (access.kind == "account" and face() == "portal"):
        if not actor.is_agent and (actor.is_signed_in or (access.kind == "requester" and actor.user_id is not None)):
            return None
        remember_wanted()
        return redirect(url_for(first_endpoint("accounts.sign_in", "portal.check", "core.agent_login")))
    if not actor.is_agent:
        remember_wanted()
        return redirect(url_for("core.agent_login"))
    if (access.kind == "admin" and not actor.is_admin) or (access.permission and not actor.may(access.permission)):
        abort(403)
    return None


def remember_wanted() -> None:
    """Keep the page that somebody asked for until they have signed in."""
    if request.method == "GET" and len(request.full_path) <= LONGEST_WANTED:
        session["next"] = request.full_path.rstrip("?")


def _step() -> Response | None:
    """What comes before this page: a duty, or proving again who one is. Whoever looks through somebody's eyes changes nothing."""
    actor = current_actor()
    if actor.viewer:
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.endpoint not in OPEN_TO_VIEWERS:
            raise Forbidden(
                "change", _("You are looking through the eyes of %(name)s: nothing can be changed.", name=actor.name)
            )
        return None
    if actor.session_id is None or actor.user_id is None:
        return None
    first = steps.duty(face(), actor.user_id) if request.blueprint != "core" else None
    if first and request.blueprint not in (first.endpoint.partition(".")[0], *first.blueprints):
        return redirect(url_for(first.endpoint))
    view = current_app.view_functions[request.endpoint or ""]
    is_fresh = actor.confirmed_at is not None and clock.now() - actor.confirmed_at <= CONFIRMATION
    if getattr(view, CONFIRMED, False) and not is_fresh:
        session["next"] = (
            request.full_path.rstrip("?") if request.method == "GET" else request.headers.get("Referer", "")
        )
        return redirect(url_for("core.agent_confirm"))
    return None


def first_endpoint(*names: str) -> str:
    """The first of some endpoints that this site has."""
    return next(name for name in names if name in current_app.view_functions)
