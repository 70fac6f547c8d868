"""Work outside requests: waking it, running it under a lease, and doing so again on a schedule.

Redis only carries wake-ups. What is to be done stands in the database, so a wake-up that is lost costs time and nothing else.
"""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from hookdesk.jobs.wakeup import wake

__all__ = ["wake", "wake_after_commit"]

_NAMES = "hookdesk_wakes"


def wake_after_commit(session: Session, name: str) -> None:
    """Wake a job once the session's transaction has committed; not at all if it is rolled back."""
    names = session.info.get(_NAMES)
    if names is None:
        names = session.info[_NAMES] = set()
        event.listen(session, "after_commit", _wake_all)
    names.add(name)


def _wake_all(session: Session) -> None:
    """Wake what was asked for. The event also fires when a savepoint is released, which is too early."""
    if session.in_nested_transaction():
        return
    names: set[str] = session.info[_NAMES]
    while names:
        wake(names.pop())
