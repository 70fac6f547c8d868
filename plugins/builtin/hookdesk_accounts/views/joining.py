"""To an account and back to it: sign up, a forgotten password, and the mailed link of both."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hookdesk.api import AuthHooks, HookDenied, NotFound, Refusal, begin_sign_in, limiter, public, sessions, site
from hookdesk_accounts import services
from hookdesk_accounts.forms import AddressForm, PasswordForm, SignUpForm
from hookdesk_accounts.settings import PUBLIC, settings
from hookdesk_accounts.views.blueprint import bp
from hookdesk_portal import challenges

Answer = Response | str | tuple[str, int]
FOLLOWED = "account_link"


@bp.route("/sign-up", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute", methods=["POST"])
def sign_up() -> Answer:
    """Ask for an account. The answer is the same whether the address has one or not; its owner learns that by mail."""
    if settings().registration != PUBLIC:
        raise NotFound("nobody signs up here")
    form = SignUpForm()
    if not form.validate_on_submit():
        return _form_page("accounts/sign_up.html", form)
    if unsolved := challenges.problems("sign_up"):
        return _form_page("accounts/sign_up.html", form, unsolved)
    services.request_link("join", form.email.data, form.name.data, str(get_locale() or ""))
    return render_template("accounts/sent.html", address=form.email.data, is_new=True)


@bp.route("/forgot-password", methods=["GET", "POST"])
@public
@limiter.limit("10 per minute", methods=["POST"])
def forgot() -> Answer:
    """Ask for a new password."""
    form = AddressForm()
    if not form.validate_on_submit():
        return _form_page("accounts/forgot.html", form)
    services.request_link("reset", form.email.data, "", str(get_locale() or ""))
    return render_template("accounts/sent.html", address=form.email.data, is_new=False)


def _form_page(template: str, form: AddressForm, problems: Sequence[str] = ()) -> tuple[str, int]:
    """A form, or the words that no mail can be sent from here."""
    can_mail = bool(site().hooks.implementations("mail_secret"))
    page = render_template(
        template, form=form, can_mail=can_mail, problems=problems, challenges=challenges.snippets("sign_up")
    )
    return page, 422 if form.errors or problems else 200


@bp.get("/account/link/<token>")
@public
@limiter.limit("30 per minute")
def link(token: str) -> Response:
    """A mailed link: its token goes into the cookie and out of the address, where history and logs would keep it."""
    session[FOLLOWED] = token[:100]
    return redirect(url_for("accounts.choose"))


@bp.get("/account/choose-password")
@public
def choose() -> tuple[str, int]:
    """The form for a password."""
    return _choose_page(PasswordForm())


@bp.post("/account/choose-password")
@public
@limiter.limit("10 per minute")
def choose_post() -> Response | tuple[str, int]:
    """Store the password, open the account, and sign its owner in, with all that belongs to it."""
    form = PasswordForm()
    if not form.validate():
        return _choose_page(form)
    user_id = services.use_link(str(session.pop(FOLLOWED, "")))
    if user_id is None:
        return _choose_page(form)
    try:
        stored = site().hooks.first(AuthHooks.auth_set_password, user_id=user_id, password=form.password.data or "")
    except Refusal as refusal:
        form.refuse(str(refusal))
        stored = False
    if not stored:
        if not form.errors:
            form.refuse(_("Passwords cannot be stored here at the moment."))
        session[FOLLOWED] = services.renew_link(user_id)
        return _choose_page(form)
    services.activate(user_id)
    try:
        onward = begin_sign_in(user_id, "portal")  # which begins a session anew, so that nothing is told before it
    except HookDenied:
        onward = url_for("accounts.sign_in")
    flash(_("Your password is set."), "success")
    return redirect(onward)


def _choose_page(form: PasswordForm) -> tuple[str, int]:
    """The form if the link is good, else what to do about it."""
    if sessions.find_token(str(session.get(FOLLOWED, "")), services.LINK) is None:
        return render_template("accounts/link_expired.html", is_open=settings().registration == PUBLIC), 410
    return render_template("accounts/choose.html", form=form), 422 if form.errors else 200
