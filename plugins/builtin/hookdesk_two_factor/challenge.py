"""What the pages of all factors share: the sign-in that waits, throttled attempts, what is logged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from hookdesk.api import (
    Agent,
    AuthHooks,
    complete_sign_in,
    current_actor,
    emit,
    log,
    pending_sign_in,
    reading,
    release,
    review_duties,
    site,
    transact,
)
from hookdesk_auth_password import throttle


def waiting() -> int:
    """The user whose sign-in waits for a second proof; whoever has none is sent to the first."""
    user_id = pending_sign_in("agent")
    return user_id if user_id is not None else refuse()


def refuse() -> NoReturn:
    """Back to the first step."""
    abort(redirect(url_for("core.agent_login")))


def page(template: str, user_id: int, problem: str = "", **context: Any) -> str | tuple[str, int]:
    """A page that asks for a proof, with the way to other proofs if there are any."""
    ways = site().hooks.collect(AuthHooks.auth_factors, user_id=user_id, face="agent")
    shown = render_template(template, problem=problem, has_others=len(ways) > 1, **context)
    return (shown, 401) if problem else shown


def attempt(kind: str, user_id: int, check: Callable[[], bool]) -> str:
    """Try a proof: "" if `check` says it is good, else what the person is told. Guessing is slowed down, and told as a failed sign-in.

    Whoever guesses here knows the password, so the owner is counted as well as the place that it comes from; each kind of factor for
    itself, so that who guesses at one shuts no other.
    """
    address = request.remote_addr or ""
    place = throttle.gate("second factor", kind, str(user_id), throttle.network(address), free=5)
    owner = throttle.gate("second factor", kind, str(user_id), free=20)
    wait = throttle.enter(place, owner)
    if wait:
        return throttle.words(wait)
    if not check():
        failed(user_id)
        return str(_("This code is not right. Was it used already, or is it too old?"))
    throttle.forgive(place, owner)
    return ""


def failed(user_id: int | None) -> None:
    """Tell whoever listens that somebody failed to prove who they are."""
    login = reading().scalar(select(Agent.login).where(Agent.user_id == user_id)) or ""
    release()
    data = {"login": login, "face": "agent", "address": request.remote_addr or ""}
    transact(lambda session: emit(session, "sign_in_failed", data))


def passed() -> Response:
    """The proof was good: open the session and go on."""
    return redirect(complete_sign_in("agent"))


def own_id() -> int:
    """The user whose factors this request is about: whoever is signed in."""
    user_id = current_actor().user_id
    assert user_id is not None  # agents are users
    return user_id


def note(session: Session, act: str, kind: str) -> None:
    """Write down that the signed-in agent "set up", "removed" or "renewed" a factor of theirs, in its transaction."""
    log.changed(session, current_actor(), "second factors", kind, {}, act=act)


def settled() -> Response:
    """After a change of one's factors: ask anew what has to be done, and show what there is."""
    review_duties("agent", own_id())
    return redirect(url_for("two_factor.index"))
