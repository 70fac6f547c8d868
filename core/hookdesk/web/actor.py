"""Who is asking: read from the session cookie once a request."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flask import g, request, session

from hookdesk import clock
from hookdesk.access import Forbidden, NotFound
from hookdesk.services import actors, log, sessions
from hookdesk.services.transaction import transact
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.types.actors import ANONYMOUS, Actor
from hookdesk.web import networks

_KEY = "hookdesk_actor"
VIEWING = "viewing"
GUEST_LIFETIME = timedelta(hours=12)


def face() -> str:
    """The face that this request belongs to: "agent" for desk and admin panel, else "portal"."""
    return "agent" if request.path.startswith(("/agent", "/admin")) else "portal"


def current_actor() -> Actor:
    """The actor of this request."""
    found: Actor | None = g._get_current_object().get(_KEY)
    if found is None:
        found = _load(face())
        setattr(g, _KEY, found)
    return found


def _load(which: str) -> Actor:
    """The actor behind the cookie, for one face; nobody if there is no live session."""
    viewing = _viewed(which)
    if viewing is not None:
        return viewing
    found = _signed_in(which)
    if found is not None:
        return found
    guest = session.get("guest") if which == "portal" else None
    if guest and guest["until"] > clock.now().timestamp():
        since = datetime.fromtimestamp(guest["until"], UTC) - GUEST_LIFETIME
        found = actors.guest_actor(guest["user"], guest["ticket"])
        return replace(found, confirmed_at=since) if found is not None else ANONYMOUS
    return ANONYMOUS


def _signed_in(which: str) -> Actor | None:
    """The actor of a live session at a face."""
    token = session.get(which)
    if not token or not networks.admits(which):
        return None
    found = actors.of_session(which, str(token))
    if found is not None and _is_at_home(found[0].bound_to):
        row, actor = found
        if clock.now() - row.seen_at > sessions.TOUCH:
            sessions.touch(row.session_id)
        if actor is not None:
            return replace(actor, confirmed_at=row.confirmed_at)
    session.pop(which, None)
    return None


def _is_at_home(address: str) -> bool:
    """Whether a session may be used from where this request comes."""
    bound = site().settings.get("core", CoreSettings).session_bound_to_address
    return not bound or address == (request.remote_addr or "")[:64]


def _viewed(which: str) -> Actor | None:
    """Whose eyes an administrator looks through at this face; None if they look through their own."""
    seen = session.get(VIEWING)
    if not seen or seen["face"] != which:
        return None
    viewer = _signed_in("agent")
    if viewer is None or not viewer.is_admin:
        session.pop(VIEWING, None)
        return None
    read = actors.agent_actor if which == "agent" else actors.requester_actor
    found = read(seen["id"])
    return replace(found, viewer=viewer.name) if found is not None else None


def view_as(face: str, row_id: int) -> None:
    """Let this administrator see what an agent (by agent id) or, at the face "portal", a requester (by user id) sees.

    Raises:
        Forbidden: whoever asks is no administrator, or looks through somebody's eyes already.
        NotFound: there is no such active agent or user.
    """
    viewer = current_actor()
    if not viewer.is_admin or viewer.viewer:
        raise Forbidden("admin")
    found = actors.agent_actor(row_id) if face == "agent" else actors.requester_actor(row_id)
    if found is None:
        raise NotFound("nobody to look through")
    words = f"{viewer.name} looks at the {face if face == 'portal' else 'desk'} through the eyes of {found.name}"
    transact(
        lambda work: log.changed(work, viewer, "view", found.name, {"face": (None, face)}, act="viewed as", words=words)
    )
    session[VIEWING] = {"face": face, "id": row_id}
    forget_actor()


def stop_viewing() -> None:
    """Look through one's own eyes again."""
    session.pop(VIEWING, None)
    forget_actor()


def forget_actor() -> None:
    """Read the actor anew at the next ask: after signing in or out."""
    g.pop(_KEY, None)


def sign_in(user_id: int, which: str) -> None:
    """Open a session and put its token into a fresh cookie. A session at the other face, with its duties, stays as it is."""
    kept = {
        name: session[name]
        for name in ("next", "duties", "reviewed", *{"agent", "portal"} - {which})
        if name in session
    }
    session.clear()
    session.update(kept)
    session[which] = sessions.open_session(user_id, which, request.remote_addr or "", request.user_agent.string)
    forget_actor()


def sign_out() -> None:
    """End the session of this face."""
    actor = current_actor()
    if actor.session_id is not None:
        sessions.revoke(actor.session_id)
    session.pop(face(), None)
    forget_actor()


def admit_guest(user_id: int, ticket_id: int) -> None:
    """Let this browser see one ticket for twelve hours: somebody followed a mailed link."""
    session["guest"] = {"user": user_id, "ticket": ticket_id, "until": (clock.now() + GUEST_LIFETIME).timestamp()}
    forget_actor()
