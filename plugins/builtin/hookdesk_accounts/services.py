"""Accounts: whose they are, and how their owners come to them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import User, UserEmail, clock, emit, people, reading, sessions, site, transact
from hookdesk_accounts.hookspecs import AccountHooks
from hookdesk_accounts.models import ACTIVE, LOCKED, PENDING, Account
from hookdesk_accounts.settings import INVITATION, PUBLIC, settings

LINK = "account"
"""The purpose of the tokens behind mailed links: choose a password."""
RETRY = timedelta(minutes=30)


def account_of(login: str) -> int | None:
    """The user whose account an address opens; None if there is none, or it is not confirmed, or locked, or its owner is banned."""
    asked = (
        select(Account.user_id)
        .join(UserEmail, UserEmail.user_id == Account.user_id)
        .join(User, User.id == Account.user_id)
        .where(UserEmail.address == people.normal_address(login), Account.state == ACTIVE, ~User.is_banned)
    )
    found = reading().scalar(asked)
    return int(found) if found is not None else None


def request_link(purpose: str, address: str, name: str, locale: str) -> None:
    """Promise a mail. Nothing is looked up here, so that neither words nor time tell who has an account."""
    data = {"purpose": purpose, "address": people.normal_address(address), "name": people.clean_name(name)}
    transact(lambda session: emit(session, "account_link_requested", {**data, "locale": locale}))


def refusal(person: people.Person | None, address: str) -> str:
    """Why nobody at this address is mailed about an account, in words for the log; "" if nothing speaks against it.

    Raises:
        HookDenied: a plugin cannot say.
    """
    if person is not None and person.is_banned:
        return "its user is banned"
    return site().hooks.first(AccountHooks.auth_account_refusal, address=address) or ""


def ready(session: Session, person: people.Person | None, purpose: str, address: str, name: str) -> Account | None:
    """The account that a mail is about, made where that is allowed; None: nobody is mailed."""
    made_user = person is None and purpose == "join" and settings().registration == PUBLIC
    if made_user:
        user_id = people.ensure_user(session, address, name).id
    elif person is None or person.is_banned:
        return None
    else:
        user_id = person.user_id
    account = session.get(Account, user_id, with_for_update=True)
    if account is None:
        if settings().registration not in {"join": (PUBLIC,), "invite": (PUBLIC, INVITATION)}.get(purpose, ()):
            return None
        account = Account(user_id=user_id, state=PENDING, created_at=clock.now(), made_user=made_user)
        session.add(account)
        session.flush()
    return None if account.state == LOCKED else account


def use_link(token: str) -> int | None:
    """Use a mailed link up: the user who chooses a password now; None if it was used, is too old, or its owner was locked out or banned
    meanwhile."""
    known = sessions.find_token(token, LINK)
    if known is None:
        return None

    def work(session: Session) -> int | None:
        account, user = session.get(Account, known.user_id, with_for_update=True), session.get(User, known.user_id)
        if account is None or account.state == LOCKED or user is None or user.is_banned:
            return None
        if not sessions.use_token(session, known.id):
            return None
        return known.user_id

    return transact(work)


def renew_link(user_id: int) -> str:
    """Another try for whoever has followed a link and chose a password that was turned down."""
    return transact(lambda session: sessions.issue_token(session, LINK, user_id, RETRY))


def activate(user_id: int) -> None:
    """The owner has followed the link and chosen a password."""

    def work(session: Session) -> None:
        account = session.get(Account, user_id, with_for_update=True)
        if account is not None and account.state == PENDING:
            account.state = ACTIVE
        if account is not None:
            account.confirmed_at = account.confirmed_at or clock.now()
            sessions.revoke_tokens(session, LINK, user_id)

    transact(work)
