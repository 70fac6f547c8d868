"""Accounts: whose they are, what opens them, and what an agent may do about them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, NotFound, User, UserEmail, clock, emit, log, people, reading, sessions, transact
from hookdesk_accounts.models import ACTIVE, GUEST, LOCKED, PENDING, Account
from hookdesk_accounts.settings import INVITATION, OFF, PUBLIC, settings

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


def state_of(user_id: int) -> tuple[str, datetime | None]:
    """How far a user's account is, and since when it has been confirmed."""
    row = reading().first(select(Account.state, Account.confirmed_at).where(Account.user_id == user_id))
    return (row.state, row.confirmed_at) if row else (GUEST, None)


def request_link(purpose: str, address: str, name: str, locale: str) -> None:
    """Promise a mail. Nothing is looked up here, so that neither words nor time tell who has an account."""
    data = {"purpose": purpose, "address": people.normal_address(address), "name": people.clean_name(name)}
    transact(lambda session: emit(session, "account_link_requested", {**data, "locale": locale}))


def ready(session: Session, person: people.Person | None, purpose: str, address: str, name: str) -> Account | None:
    """The account that a mail is about, made where that is allowed; None: nobody is mailed."""
    if person is None and purpose == "join" and settings().registration == PUBLIC:
        user_id = people.ensure_user(session, address, name).id
    elif person is None or person.is_banned:
        return None
    else:
        user_id = person.user_id
    account = session.get(Account, user_id, with_for_update=True)
    if account is None:
        if settings().registration not in {"join": (PUBLIC,), "invite": (PUBLIC, INVITATION)}.get(purpose, ()):
            return None
        account = Account(user_id=user_id, state=PENDING, created_at=clock.now())
        session.add(account)
        session.flush()
    return None if account.state == LOCKED else account


def use_link(token: str) -> int | None:
    """Use a mailed link up: the user who chooses a password now; None if it was used, is too old, or the account was locked meanwhile."""
    known = sessions.find_token(token, LINK)
    if known is None:
        return None

    def work(session: Session) -> int | None:
        account = session.get(Account, known.user_id, with_for_update=True)
        if account is None or account.state == LOCKED or not sessions.use_token(session, known.id):
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


def invite(actor: Actor, user_id: int) -> None:
    """Mail a user a link to choose a password with; a locked account stays locked.

    Raises:
        NotFound: there is no such user with an address.
    """
    address = people.primary_address(user_id)
    row = reading().first(select(User.name, User.locale).where(User.id == user_id))
    if row is None or not address:
        raise NotFound("no such user")
    data = {"purpose": "invite", "address": address, "name": row.name, "locale": row.locale}

    def work(session: Session) -> None:
        emit(session, "account_link_requested", data)
        log.changed(session, actor, "account", row.name, {}, act="invited")

    transact(work)


def can_invite() -> bool:
    """False where nobody new gets an account."""
    return settings().registration != OFF


def lock(actor: Actor, user_id: int, locked: bool) -> None:
    """Lock an account, which signs its owner out everywhere in the portal, or open it again.

    Raises:
        NotFound: the user has no account.
    """

    def work(session: Session) -> None:
        account, user = session.get(Account, user_id, with_for_update=True), session.get(User, user_id)
        if account is None or user is None or session.scalar(select(Agent.id).where(Agent.user_id == user_id)):
            raise NotFound("no such account, or an agent's, whose sessions are for an administrator to end")
        before = account.state
        account.state = LOCKED if locked else ACTIVE if account.confirmed_at else PENDING
        if locked:
            sessions.revoke_all(session, user_id)
            sessions.revoke_tokens(session, LINK, user_id)
        if account.state != before:
            log.changed(session, actor, "account", user.name, {"state": (before, account.state)})

    transact(work)
