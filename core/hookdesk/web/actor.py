"""Who is asking: read from the session cookie once a request."""

from __future__ import annotations

from datetime import timedelta

from flask import g, request, session

from hookdesk import clock
from hookdesk.services import actors, sessions
from hookdesk.types.actors import ANONYMOUS, Actor

_KEY = "hookdesk_actor"
GUEST_LIFETIME = timedelta(hours=12)


def face() -> str:
    """The face that this request belongs to: "agent" for desk and admin panel, else "portal"."""
    return "agent" if request.path.startswith(("/agent", "/admin")) else "portal"


def current_actor() -> Actor:
    """The actor of this request."""
    found: Actor | None = g.get(_KEY)
    if found is None:
        found = _load(face())
        setattr(g, _KEY, found)
    return found


def _load(which: str) -> Actor:
    """The actor behind the cookie, for one face; nobody if there is no live session."""
    token = session.get(which)
    if token:
        row = sessions.find_session(str(token))
        if row is not None and row.face == which:
            if clock.now() - row.seen_at > sessions.TOUCH:
                sessions.touch(row.id)
            found = (
                actors.agent_actor_of_user(row.user_id, row.id)
                if which == "agent"
                else actors.requester_actor(row.user_id, row.id)
            )
            if found is not None:
                return found
        session.pop(which, None)
    guest = session.get("guest") if which == "portal" else None
    if guest and guest["until"] > clock.now().timestamp():
        return actors.guest_actor(guest["user"], guest["ticket"]) or ANONYMOUS
    return ANONYMOUS


def forget_actor() -> None:
    """Read the actor anew at the next ask: after signing in or out."""
    g.pop(_KEY, None)


def sign_in(user_id: int, which: str) -> None:
    """Open a session and put its token into a fresh cookie."""
    kept = session.get("next")
    session.clear()
    session[which] = sessions.open_session(user_id, which, request.remote_addr or "", request.user_agent.string)
    if kept:
        session["next"] = kept
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
