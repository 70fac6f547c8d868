"""The job that forgets accounts which nobody confirmed, and users of whom a sign-up is all that is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk.api import Agent, Collaborator, Ticket, User, UserEmail, clock, emit, log, reading, release, transact
from hookdesk_accounts.models import PENDING, Account
from hookdesk_accounts.settings import settings

JOB = "accounts.forget"
BATCH = 100


def forget() -> int:
    """Forget at most 100 accounts that were not confirmed in time; how many."""
    days = settings().unconfirmed_days
    before = clock.now() - timedelta(days=days)
    last = func.coalesce(Account.mailed_at, Account.created_at)
    asked = select(Account.user_id).where(Account.state == PENDING, last < before).order_by(Account.user_id)
    found = list(reading().scalars(asked.limit(BATCH)))
    release()
    users = sum(_forget(user_id, before) for user_id in found)
    if found:
        told = f"Forgot {len(found)} accounts that nobody confirmed within {days} days, and {users} users whom a sign-up had made."
        transact(lambda session: log.write(session, "info", "accounts", told))
    return len(found)


def _forget(user_id: int, before: datetime) -> bool:
    """Forget one account, unless it was confirmed meanwhile; whether its user went too."""

    def work(session: Session, with_user: bool) -> bool:
        account = session.get(Account, user_id, with_for_update=True)
        if account is None or account.state != PENDING or (account.mailed_at or account.created_at) >= before:
            return False
        goes = with_user and account.made_user and _is_unknown(session, user_id)
        session.delete(account)
        session.flush()
        if goes:
            addresses = list(session.scalars(select(UserEmail.address).where(UserEmail.user_id == user_id)))
            emit(session, "person_erased", {"user_id": user_id, "addresses": addresses})
            session.delete(session.get_one(User, user_id))
        return goes

    try:
        return transact(lambda session: work(session, True))
    except IntegrityError:  # a plugin's row holds on to them
        return transact(lambda session: work(session, False))


def _is_unknown(session: Session, user_id: int) -> bool:
    """Whether nobody knows more of a user than what was typed at the sign-up form. Bans are kept."""
    user = session.get_one(User, user_id, with_for_update=True)
    if user.is_banned or user.notes or user.phone:
        return False
    uses = (Ticket.user_id, Collaborator.user_id, Agent.user_id)
    return not any(session.scalar(select(column).where(column == user_id).limit(1)) for column in uses)
