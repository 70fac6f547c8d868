"""Checking, setting and resetting passwords."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Row, literal, select, union_all, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Agent,
    CoreSettings,
    Credentials,
    Event,
    HookDenied,
    NotificationHooks,
    Refusal,
    SignIn,
    UserEmail,
    absolute_url,
    agents,
    clock,
    emit,
    log,
    people,
    reading,
    release,
    sessions,
    site,
    transact,
)
from hookdesk_auth_password import hashing, throttle
from hookdesk_auth_password.hookspecs import PasswordHooks
from hookdesk_auth_password.models import Password

RESET = "password_reset"
RESET_LIFETIME = timedelta(hours=1)
CROWDED_S = 3
LONGEST = 500
FEWEST_DIFFERENT = 5


def authenticate(credentials: Credentials) -> SignIn:
    """Check a login and password. Unknown, inactive and wrong look the same, take the same time and count the same."""
    login = normal(credentials.login)
    pair, address = throttle.sign_in_gates(login, credentials.address)
    try:
        with hashing.place():
            return _checked(credentials, login, pair, address)
    except hashing.Crowded:
        return SignIn(
            problem=_("Very many are signing in at the moment. Try again in a few seconds."), retry_after=CROWDED_S
        )


def _checked(credentials: Credentials, login: str, pair: throttle.Gate, address: throttle.Gate) -> SignIn:
    """Count the attempt, then check it."""
    wait = throttle.enter(pair, address)
    if wait:
        return SignIn(problem=throttle.words(wait), retry_after=wait)
    found = _find(credentials.face, login)
    release()
    stored = found.hash if found is not None else None
    if not hashing.fits(credentials.password, stored) or found is None:
        return SignIn(problem=_("The login or the password is wrong."))
    throttle.forgive(pair, address)
    if hashing.is_outdated(found.hash):
        _renew(found.user_id, found.hash, hashing.make(credentials.password))
    return SignIn(user_id=found.user_id)


def _find(face: str, login: str) -> Row[Any] | None:
    """user_id and hash of whom a login stands for at a face. Beyond the desk another plugin says whose it is; if none does, nobody's."""
    if face == "agent":
        return find_agent(login)
    user_id = site().hooks.first(PasswordHooks.auth_account, face=face, login=login)
    return reading().first(select(Password.user_id, Password.hash).where(Password.user_id == (user_id or 0)))


def normal(login: str) -> str:
    """A login as it is looked up."""
    return login.strip().lower()


def find_agent(login: str) -> Row[tuple[int, str, str | None]] | None:
    """user_id, locale and hash (None: no password yet) of the active agent with that login or, failing that, that e-mail address."""
    by_login = select(Agent.user_id, literal(0).label("place")).where(Agent.login == login)
    by_address = (
        select(Agent.user_id, literal(1).label("place"))
        .join(UserEmail, UserEmail.user_id == Agent.user_id)
        .where(UserEmail.address == login)
    )
    candidates = union_all(by_login, by_address).subquery()
    asked = (
        select(Agent.user_id, Agent.locale, Password.hash)
        .join(candidates, candidates.c.user_id == Agent.user_id)
        .outerjoin(Password, Password.user_id == Agent.user_id)
        .where(Agent.is_active)
        .order_by(candidates.c.place)
    )
    return reading().first(asked.limit(1))


def _renew(user_id: int, before: str, after: str) -> None:
    """Replace a hash made with old parameters, unless the password was changed meanwhile."""
    changed = update(Password).where(Password.user_id == user_id, Password.hash == before)
    transact(lambda session: session.execute(changed.values(hash=after)))


def has_password(user_id: int, password: str) -> bool:
    """True if it is this user's password."""
    stored = reading().scalar(select(Password.hash).where(Password.user_id == user_id))
    release()
    return hashing.fits(password, stored)


def set_password(user_id: int, password: str, minimum: int, keep_session: int | None = None) -> None:
    """Store a new password, end the user's sessions but for one if given, and make mailed reset links useless.

    With a session to keep it is the owner's own choice, which ends an administrator's demand for one.

    Raises:
        Refusal: the password is too short, too long or too easy to guess.
    """
    refuse_weak(user_id, password, minimum)
    hashed = hashing.make(password)

    def work(session: Session) -> None:
        _store(session, user_id, hashed, keep_session)
        if keep_session is not None:
            agents.chose_password(session, user_id)

    transact(work, race=True)


def _store(session: Session, user_id: int, hashed: str, keep_session: int | None) -> None:
    """The rows of a new password."""
    row = session.get(Password, user_id, with_for_update=True)
    if row is None:
        row = Password(user_id=user_id)
        session.add(row)
    row.hash, row.changed_at = hashed, clock.now()
    sessions.revoke_all(session, user_id, besides=keep_session)
    sessions.revoke_tokens(session, RESET, user_id)
    emit(session, "password_changed", {"user_id": user_id})


def refuse_weak(user_id: int, password: str, minimum: int) -> None:
    """Length is what counts (NIST SP 800-63B §5.1.1.2); besides it only what anybody would try first is refused.

    Raises:
        Refusal: with the reason, for whoever chose the password.
    """
    if len(password) < minimum:
        raise Refusal(_("Use at least %(least)s characters. A short sentence is easy to remember.", least=minimum))
    if len(password) > LONGEST:
        raise Refusal(_("Use at most %(most)s characters.", most=LONGEST))
    if len(set(password)) < FEWEST_DIFFERENT:
        raise Refusal(_("Use more different characters; this one is easy to guess."))
    if password.lower().strip() in _own_names(user_id):
        raise Refusal(_("Your own login or address is the first thing that somebody would try. Choose something else."))
    try:
        problems = site().hooks.collect(PasswordHooks.auth_password_problems, user_id=user_id, password=password)
    except HookDenied as denied:
        raise Refusal(_("No password can be checked at the moment: %(plugin)s failed.", plugin=denied.plugin)) from None
    if problems:
        raise Refusal(problems[0])


def must_choose(user_id: int) -> bool:
    """Whether an administrator asks this agent for a new password."""
    return bool(reading().scalar(select(Agent.must_change_password).where(Agent.user_id == user_id)))


def _own_names(user_id: int) -> set[str]:
    """Logins and addresses of a user."""
    names = set(reading().scalars(select(UserEmail.address).where(UserEmail.user_id == user_id)))
    names |= set(reading().scalars(select(Agent.login).where(Agent.user_id == user_id)))
    release()
    return names


def request_reset(login: str) -> None:
    """Promise a reset link to whoever has this login or address. Nothing is looked up here, so that no answer tells who exists."""
    login = normal(login)[:320]
    if login and not throttle.enter(throttle.gate("reset", login, free=3, wait=throttle.LONGEST)):
        transact(lambda session: emit(session, "password_reset_requested", {"login": login}))


def mail_reset(event: Event) -> None:
    """Mail the link for a promised reset; a retry mails a new link, which makes the one before useless.

    Raises:
        RuntimeError: no plugin could take the mail; the event is delivered again later.
    """
    found = find_agent(str(event.data["login"]))
    address = people.primary_address(found.user_id) if found is not None else ""
    if found is None or not address:
        return
    if not site().hooks.implementations("mail_secret"):
        told = "A password reset was asked for, but no plugin that sends mail is switched on."
        transact(lambda session: log.write(session, "warning", "auth_password", told))
        return
    user_id = found.user_id
    token = transact(lambda session: _new_token(session, user_id))
    with force_locale(found.locale or site().settings.get("core", CoreSettings).default_locale):
        subject, text = _words(token)
    taken = site().hooks.first(
        NotificationHooks.mail_secret, key=event.key, address=address, name="", subject=subject, text=text
    )
    if not taken:
        raise RuntimeError("no plugin could take the mail with the reset link")


def _new_token(session: Session, user_id: int) -> str:
    """The one reset token of a user."""
    sessions.revoke_tokens(session, RESET, user_id)
    return sessions.issue_token(session, RESET, user_id, RESET_LIFETIME)


def _words(token: str) -> tuple[str, str]:
    """Subject and text of the mail."""
    name = site().settings.get("core", CoreSettings).site_name
    text = _(
        "Somebody asked for a new password for your account at %(name)s.\n\n"
        "If it was you, open this link within an hour and choose one:\n\n%(url)s\n\n"
        "If it was not you, there is nothing to do: your password stays as it is.",
        name=name,
        url=absolute_url("auth_password.reset_link", token=token),
    )
    return _("Choose a new password for %(name)s", name=name), text


def reset(token: str, password: str, minimum: int) -> bool:
    """Set a password by a mailed token, which is used up; False if it is unknown, used or too old.

    Raises:
        Refusal: the password is not accepted; the token can still be used.
    """
    known = sessions.find_token(token, RESET)
    if known is None:
        return False
    refuse_weak(known.user_id, password, minimum)
    hashed = hashing.make(password)

    def work(session: Session) -> bool:
        if not sessions.use_token(session, known.id):
            return False
        _store(session, known.user_id, hashed, None)
        agents.chose_password(session, known.user_id)
        return True

    return transact(work, race=True)
