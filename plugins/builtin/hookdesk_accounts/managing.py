"""What agents see of a user's account, and do about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    HookDenied,
    NotFound,
    User,
    clock,
    directory,
    emit,
    log,
    people,
    reading,
    sessions,
    site,
    transact,
)
from hookdesk_accounts import services
from hookdesk_accounts.models import ACTIVE, GUEST, LOCKED, PENDING, Account
from hookdesk_accounts.settings import OFF, settings

INVITE, RESET = "invite", "reset"


@dataclass(frozen=True, slots=True)
class State:
    """How far a user's account is: `name` is one of `models`'; `purpose` of the link that can be mailed to them, "" for none.

    An agent's own account at the portal is for an administrator to lock, by deactivating the agent.
    """

    name: str
    confirmed_at: datetime | None
    purpose: str
    is_banned: bool
    is_agent: bool


def state_of(user_id: int) -> State:
    """How far a user's account is, and what can be done about it."""
    row = _read(user_id)
    if row is None:
        return State(GUEST, None, "", is_banned=False, is_agent=False)
    name = row.state or GUEST
    can_mail = bool(site().hooks.implementations("mail_secret")) and not row.is_banned
    purpose = _purpose(name) if can_mail else ""
    return State(name, row.confirmed_at, purpose, row.is_banned, row.agent_id is not None)


def _read(user_id: int) -> Row[tuple[str, str, bool, str | None, datetime | None, int | None]] | None:
    """A user with their account, if they have one."""
    asked = select(
        User.name, User.locale, User.is_banned, Account.state, Account.confirmed_at, Agent.id.label("agent_id")
    )
    joined = asked.outerjoin(Account, Account.user_id == User.id).outerjoin(Agent, Agent.user_id == User.id)
    return reading().first(joined.where(User.id == user_id))


def _purpose(state: str) -> str:
    """What a link is mailed for: the first password, where somebody can get an account, or a new one."""
    if state == GUEST and settings().registration == OFF:
        return ""
    return {GUEST: INVITE, PENDING: INVITE, ACTIVE: RESET}.get(state, "")


def mail_link(actor: Actor, user_id: int) -> None:
    """Mail a user a link to choose a password with: the first one, or a new one.

    Raises:
        NotFound: there is no such user with an address. DirectoryProblem: they are banned, their account is locked, or nobody new gets one.
    """
    address, row = people.primary_address(user_id), _read(user_id)
    if row is None or not address:
        raise NotFound("no such user")
    purpose = _purpose(row.state or GUEST)
    if row.is_banned:
        raise directory.DirectoryProblem(_("%(name)s is banned.", name=row.name))
    with suppress(HookDenied):  # who cannot say now is asked again before anything is mailed
        if services.refusal(None, address):
            raise directory.DirectoryProblem(_("%(sender)s is blocked.", sender=address))
    if not purpose:
        raise directory.DirectoryProblem(
            _("The account is locked.") if row.state else _("Nobody new gets an account here, as the settings say.")
        )
    data = {"purpose": purpose, "address": address, "name": row.name, "locale": row.locale, "by_agent": True}
    words = f"{actor.name} mailed {row.name} a link to choose a new password" if purpose == RESET else ""

    def work(session: Session) -> None:
        emit(session, "account_link_requested", data)
        log.changed(
            session, actor, "account", row.name, {}, act="invited" if purpose == INVITE else "mailed", words=words
        )

    transact(work)


def confirm(actor: Actor, user_id: int) -> None:
    """Vouch for the address of an account that waits for its owner to follow a link. A password is still theirs to choose, by mail.

    Raises:
        NotFound: the user has no account.
    """

    def work(session: Session) -> None:
        account, user = _held(session, user_id)
        if account.state != PENDING:
            return
        account.state, account.confirmed_at = ACTIVE, clock.now()
        log.changed(session, actor, "account", user.name, {"state": (PENDING, ACTIVE)})

    transact(work)


def lock(actor: Actor, user_id: int, locked: bool) -> None:
    """Lock an account, which signs its owner out everywhere in the portal, or open it again.

    Raises:
        NotFound: the user has no account.
    """

    def work(session: Session) -> None:
        account, user = _held(session, user_id)
        before = account.state
        account.state = LOCKED if locked else ACTIVE if account.confirmed_at else PENDING
        if locked:
            sessions.revoke_all(session, user_id)
            sessions.revoke_tokens(session, services.LINK, user_id)
        if account.state != before:
            log.changed(session, actor, "account", user.name, {"state": (before, account.state)})

    transact(work)


def _held(session: Session, user_id: int) -> tuple[Account, User]:
    """An account that is not an agent's, held, and its owner."""
    account, user = session.get(Account, user_id, with_for_update=True), session.get(User, user_id)
    if account is None or user is None or session.scalar(select(Agent.id).where(Agent.user_id == user_id)):
        raise NotFound("no such account, or an agent's, whose sessions are for an administrator to end")
    return account, user
