"""What becomes of an account with its person: told of, joined with another one, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Agent, User, log, reading, sessions, system, transact
from hookdesk_accounts.models import ACTIVE, LOCKED, PENDING, Account
from hookdesk_accounts.services import LINK

FURTHER = (PENDING, ACTIVE, LOCKED)
"""Of two accounts that become one, the state that is further holds: what was confirmed stays so, and so does a lock."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a merge would do to accounts: `has_one` if the one who goes has an account, `are_two` if both can sign in."""

    has_one: bool
    are_two: bool
    is_locked: bool
    is_agents: bool


def records(user_id: int) -> list[dict[str, Any]]:
    """What is kept about a user's account."""
    columns = (Account.state, Account.created_at, Account.mailed_at, Account.confirmed_at)
    rows = reading().all(select(*columns).where(Account.user_id == user_id))
    return [dict(row._mapping) for row in rows]


def outlook(stays_id: int, goes_id: int) -> Outlook:
    """What merging the one user into the other would do."""
    asked = select(Account.user_id, Account.state).where(Account.user_id.in_((stays_id, goes_id)))
    states = {row.user_id: row.state for row in reading().all(asked)}
    stays, goes = states.get(stays_id), states.get(goes_id)
    is_agents = reading().scalar(select(Agent.id).where(Agent.user_id == stays_id)) is not None
    return Outlook(goes is not None, stays == goes == ACTIVE, LOCKED in (stays, goes), is_agents)


def merge(survivor_id: int, merged_id: int) -> None:
    """Make one account of two. The survivor signs in as before, with any address; if only the other had an account, it goes over."""
    transact(lambda session: _merge(session, survivor_id, merged_id), race=True)


def _merge(session: Session, survivor_id: int, merged_id: int) -> None:
    """One attempt."""
    gone, survivor = session.get(Account, merged_id, with_for_update=True), session.get(User, survivor_id)
    if gone is None or survivor is None:
        return
    kept = session.get(Account, survivor_id, with_for_update=True)
    if kept is None:
        gone.user_id, gone.made_user = survivor_id, False
        _log(session, survivor, {"state": (None, gone.state)}, "took over another user's account")
        return
    before, both = kept.state, ACTIVE == kept.state == gone.state
    kept.state = max(before, gone.state, key=FURTHER.index)
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.made_user = kept.made_user and gone.made_user
    kept.confirmed_at = kept.confirmed_at or gone.confirmed_at
    session.delete(gone)
    if kept.state == LOCKED != before:
        _sign_out(session, survivor_id)
    words = "; where both had a password, it is the one of the survivor" if both else ""
    _log(session, survivor, {"state": (before, kept.state)}, f"has one account of two{words}")


def _sign_out(session: Session, user_id: int) -> None:
    """End what a lock ends. An agent's sessions are for an administrator to end."""
    sessions.revoke_tokens(session, LINK, user_id)
    if session.scalar(select(Agent.id).where(Agent.user_id == user_id)) is None:
        sessions.revoke_all(session, user_id)


def _log(session: Session, user: User, changes: dict[str, tuple[str | None, str]], words: str) -> None:
    """Nothing goes over or is lost without a word."""
    told = f"{user.name} ({user.id}) {words}"
    log.changed(session, system("accounts"), "account", user.name, changes, act="merged", words=told)


def forget(user_id: int) -> None:
    """Delete a user's account."""
    transact(lambda session: session.execute(delete(Account).where(Account.user_id == user_id)))
