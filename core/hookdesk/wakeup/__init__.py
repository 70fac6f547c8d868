"""Waking jobs by name. It stands below the services, which wake; the jobs themselves stand above them, in `hookdesk.jobs`.

A wake-up is a hint. What is to be done stands in the database, so one that is lost costs a second and nothing else.
"""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from hookdesk.wakeup.hints import wake

__all__ = ["wake", "wake_after_commit"]

_NAMES = "hookdesk_wakes"


def wake_after_commit(session: Session, name: str) -> None:
    """Wake a job once the session's transaction has committed; not at all if it is rolled back."""
    names = session.info.get(_NAMES)
    if names is None:
        names = session.info[_NAMES] = set()
        event.listen(session, "after_commit", _wake_all)
        event.listen(session, "after_rollback", _forget_all)
    names.add(name)


def _wake_all(session: Session) -> None:
    """Wake what was asked for. The event also fires when a savepoint is released, which is too early."""
    if session.in_nested_transaction():
        return
    names: set[str] = session.info[_NAMES]
    while names:
        wake(names.pop())


def _forget_all(session: Session) -> None:
    """Nothing was stored, so there is nothing to do."""
    if not session.in_nested_transaction():
        session.info[_NAMES].clear()
