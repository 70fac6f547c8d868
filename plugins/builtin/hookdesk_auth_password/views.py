"""Pages: ask for a reset link, follow it, change one's password, see and end one's sessions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from werkzeug.wrappers import Response

from hookdesk.api import (
    NotFound,
    Refusal,
    SignInSession,
    account,
    clock,
    current_actor,
    limiter,
    public,
    reading,
    review_duties,
    sessions,
    site,
    transact,
)
from hookdesk_auth_password import browsers, services, throttle
from hookdesk_auth_password.forms import ChangePasswordForm, NewPasswordForm, ResetRequestForm

bp = Blueprint("auth_password", __name__)
PENDING = "password_reset"
MOST_SESSIONS = 100


def minimum_length() -> int:
    """What the admin asks of a password."""
    plugin = site().plugins.get("auth_password")
    return int(plugin.settings.minimum_length) if plugin is not None else 12


@bp.get("/agent/reset")
@public
def reset_request() -> str:
    """The form that asks for a link."""
    return _request_page(ResetRequestForm())


@bp.post("/agent/reset")
@public
@limiter.limit("10 per minute")
def reset_request_post() -> str | tuple[str, int]:
    """Promise a link. The answer is the same whoever asks for whomever."""
    form = ResetRequestForm()
    if not form.validate():
        return _request_page(form), 422
    services.request_reset(form.login.data or "")
    return render_template("auth_password/reset_sent.html")


def _request_page(form: ResetRequestForm) -> str:
    """The form, or the words that no mail can be sent from here."""
    can_mail = bool(site().hooks.implementations("mail_secret"))
    return render_template("auth_password/reset_request.html", form=form, can_mail=can_mail)


@bp.get("/agent/reset/<token>")
@public
@limiter.limit("30 per minute")
def reset_link(token: str) -> Response:
    """A mailed link: its token goes into the cookie and out of the address, where history and logs would keep it."""
    session[PENDING] = token[:100]
    return redirect(url_for("auth_password.reset"))


@bp.get("/agent/reset/password")
@public
def reset() -> tuple[str, int]:
    """The form for a new password."""
    return _reset_page(NewPasswordForm())


@bp.post("/agent/reset/password")
@public
@limiter.limit("10 per minute")
def reset_post() -> Response | tuple[str, int]:
    """Set the password; signing in is the next step, with all that belongs to it."""
    form = NewPasswordForm()
    try:
        if not form.validate() or not services.reset(session.get(PENDING, ""), form.password.data, minimum_length()):
            return _reset_page(form)
    except Refusal as refusal:
        form.refuse(str(refusal))
        return _reset_page(form)
    session.pop(PENDING, None)
    flash(_("Your password is changed and every session is ended. Sign in with the new one."), "success")
    return redirect(url_for("core.agent_login"))


def _reset_page(form: NewPasswordForm) -> tuple[str, int]:
    """The form if the link is good, else what to do about it."""
    known = sessions.find_token(str(session.get(PENDING, "")), services.RESET)
    if known is None:
        return render_template("auth_password/reset_expired.html"), 410
    return render_template("auth_password/reset.html", form=form, minimum=minimum_length()), 422 if form.errors else 200


@bp.get("/account/password", defaults={"face": "portal"})
@bp.get(
    "/agent/password", defaults={"face": "agent"}
)  # the lower is the first: where a duty leads, which names no face
@account
def change(face: str) -> tuple[str, int]:
    """The form that changes one's own password."""
    return _change_page(ChangePasswordForm(), face)


@bp.post("/agent/password", defaults={"face": "agent"})
@bp.post("/account/password", defaults={"face": "portal"})
@account
@limiter.limit("10 per minute")
def change_post(face: str) -> Response | tuple[str, int]:
    """Check the present password, store the new one and end the other sessions."""
    form = ChangePasswordForm()
    if not form.validate() or not _present_is_right(form):
        return _change_page(form, face)
    actor = current_actor()
    assert actor.user_id is not None  # who is signed in is a user
    try:
        if form.password.data == form.present.data:
            raise Refusal(_("This is your present password. Choose another one."))
        services.set_password(actor.user_id, form.password.data or "", minimum_length(), keep_session=actor.session_id)
    except Refusal as refusal:
        form.refuse(str(refusal))
        return _change_page(form, face)
    review_duties(face, actor.user_id)
    flash(_("Your password is changed. Your other sessions are ended."), "success")
    return redirect(url_for("auth_password.change", face=face))


def _present_is_right(form: ChangePasswordForm) -> bool:
    """True if the present password is right; guessing is slowed down as at the door."""
    user_id = current_actor().user_id or 0
    own = throttle.gate("own", str(user_id), free=5)
    if throttle.enter(own):
        form.present.errors = (_("That was tried too often. Wait a few minutes, then try again."),)
        return False
    if not services.has_password(user_id, form.present.data or ""):
        form.present.errors = (_("This is not your present password."),)
        return False
    throttle.forgive(own)
    return True


def _change_page(form: ChangePasswordForm, face: str) -> tuple[str, int]:
    """The form."""
    return render_template(
        "auth_password/change.html", form=form, minimum=minimum_length(), face=face
    ), 422 if form.errors else 200


@bp.get("/agent/sessions", defaults={"face": "agent"})
@bp.get("/account/sessions", defaults={"face": "portal"})
@account
def own_sessions(face: str) -> str:
    """Where one is signed in, the latest first."""
    columns = (
        SignInSession.id,
        SignInSession.address,
        SignInSession.browser,
        SignInSession.created_at,
        SignInSession.seen_at,
    )
    rows = reading().all(
        select(*columns).where(*_own_and_live()).order_by(SignInSession.seen_at.desc()).limit(MOST_SESSIONS)
    )
    listed = [{**row._mapping, "name": browsers.name(row.browser)} for row in rows]
    return render_template(
        "auth_password/sessions.html", sessions=listed, present=current_actor().session_id, face=face
    )


@bp.post("/agent/sessions/<int:session_id>/end", defaults={"face": "agent"})
@bp.post("/account/sessions/<int:session_id>/end", defaults={"face": "portal"})
@account
def end_session(session_id: int, face: str) -> Response:
    """End one of one's own sessions."""
    mine = reading().scalar(select(SignInSession.id).where(SignInSession.id == session_id, *_own_and_live()))
    if mine is None:
        raise NotFound("no such session")
    sessions.revoke(session_id)
    flash(_("That session is ended."))
    return redirect(url_for("auth_password.own_sessions", face=face))


@bp.post("/agent/sessions/end-others", defaults={"face": "agent"})
@bp.post("/account/sessions/end-others", defaults={"face": "portal"})
@account
def end_other_sessions(face: str) -> Response:
    """End all of one's sessions but this one."""
    actor = current_actor()
    assert actor.user_id is not None  # who is signed in is a user
    user_id = actor.user_id
    transact(lambda work: sessions.revoke_all(work, user_id, besides=actor.session_id))
    flash(_("All other sessions are ended."))
    return redirect(url_for("auth_password.own_sessions", face=face))


def _own_and_live() -> tuple[ColumnElement[bool], ...]:
    """The conditions of a session that is one's own and still works."""
    now = clock.now()
    return (
        SignInSession.user_id == current_actor().user_id,
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.seen_at > now - sessions.idle_limit(),
    )
