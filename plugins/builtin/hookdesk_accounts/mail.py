"""The mails around an account: a link to choose a password with, or the word that there is an account already."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hookdesk.api import (
    CoreSettings,
    Event,
    NotificationHooks,
    absolute_url,
    clock,
    log,
    people,
    sessions,
    site,
    transact,
)
from hookdesk_accounts import services
from hookdesk_accounts.models import ACTIVE, Account

LIFETIME = {"join": timedelta(hours=24), "invite": timedelta(days=7), "reset": timedelta(hours=1)}
PAUSE = timedelta(minutes=5)
"""Nobody is mailed more often because strangers type their address."""


def send(event: Event) -> None:
    """Mail what was asked for, if there is anybody to mail; a retry mails a new link, which makes the one before useless.

    Raises:
        RuntimeError: no plugin could take the mail; the event is delivered again later.
    """
    if not site().hooks.implementations("mail_secret"):
        told = "An account was asked for, but no plugin that sends mail is switched on."
        transact(lambda session: log.write(session, "warning", "accounts", told))
        return
    purpose, address, name = (str(event.data[key]) for key in ("purpose", "address", "name"))
    person = people.find_user(address)
    if reason := services.refusal(person, address):
        told = f"Nothing about an account was mailed to {address}: {reason}."
        transact(lambda session: log.write(session, "info", "accounts", told))
        return
    by_agent = bool(event.data.get("by_agent"))
    begun = transact(lambda session: _begin(session, person, purpose, address, name, by_agent), race=True)
    if begun is None:
        return
    user_id, token = begun
    with force_locale(str(event.data["locale"]) or site().settings.get("core", CoreSettings).default_locale):
        subject, text = _words(purpose, token) if token else _known_words()
    # The address as typed is one of the user's own: who can read its mail is who asked.
    to = person.address if person else address
    if not site().hooks.first(
        NotificationHooks.mail_secret, key=event.key, address=to, name=name, subject=subject, text=text
    ):
        raise RuntimeError("no plugin could take the mail about an account")
    transact(lambda session: _note(session, user_id, clock.now()))


def _begin(
    session: Session, person: people.Person | None, purpose: str, address: str, name: str, by_agent: bool
) -> tuple[int, str] | None:
    """Whom to mail, and with which token; "" for who has an account already."""
    account = services.ready(session, person, purpose, address, name)
    if account is None:
        return None
    paused = account.mailed_at is not None and clock.now() - account.mailed_at < PAUSE
    if paused and not by_agent:
        return None
    if account.state == ACTIVE and purpose == "join":
        return account.user_id, ""
    sessions.revoke_tokens(session, services.LINK, account.user_id)
    lifetime = LIFETIME[purpose] if account.state == ACTIVE or purpose != "reset" else LIFETIME["join"]
    return account.user_id, sessions.issue_token(session, services.LINK, account.user_id, lifetime)


def _note(session: Session, user_id: int, now: datetime) -> None:
    """Remember when somebody was mailed."""
    account = session.get(Account, user_id)
    if account is not None:
        account.mailed_at = now


def _words(purpose: str, token: str) -> tuple[str, str]:
    """Subject and text of a mail with a link."""
    given = {
        "name": site().settings.get("core", CoreSettings).site_name,
        "url": absolute_url("accounts.link", token=token),
    }
    if purpose == "reset":
        return _("Choose a new password for %(name)s", **given), _(
            "Somebody asked for a new password for your account at %(name)s.\n\n"
            "If it was you, open this link within an hour and choose one:\n\n%(url)s\n\n"
            "If it was not you, there is nothing to do: your password stays as it is.",
            **given,
        )
    if purpose == "invite":
        return _("Your account at %(name)s", **given), _(
            "You are invited to an account at %(name)s, where you see all your tickets in one place.\n\n"
            "Open this link within seven days and choose a password:\n\n%(url)s\n\n"
            "You can do without: mail works as before.",
            **given,
        )
    return _("Confirm your address for %(name)s", **given), _(
        "Somebody asked for an account at %(name)s with this e-mail address.\n\n"
        "If it was you, open this link within a day and choose a password:\n\n%(url)s\n\n"
        "If it was not you, there is nothing to do: without the link there is no account.",
        **given,
    )


def _known_words() -> tuple[str, str]:
    """Subject and text for who has an account already."""
    given = {
        "name": site().settings.get("core", CoreSettings).site_name,
        "url": absolute_url("accounts.sign_in"),
        "reset": absolute_url("accounts.forgot"),
    }
    return _("You have an account at %(name)s", **given), _(
        "Somebody asked for an account at %(name)s with this e-mail address, but you have one already.\n\n"
        "Sign in here:\n\n%(url)s\n\n"
        "If you forgot the password, choose a new one:\n\n%(reset)s\n\n"
        "If you did not ask for anything, there is nothing to do.",
        **given,
    )
