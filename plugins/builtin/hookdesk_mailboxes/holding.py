"""One process reads a mailbox at a time: it holds the row, says so again while it reads, and lets go at the end.

A process that dies lets go by silence. One that only slept too long finds its hold gone at the next batch, and writes nothing more.
"""

from __future__ import annotations

import os
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, release, transact
from hookdesk_mailboxes.models import Mailbox

HOLD = timedelta(seconds=90)
SKEW = timedelta(minutes=1)
LONGEST_HOLD = HOLD + SKEW
"""A hold that ends later was taken before the clock was set back."""
_NONCE = uuid4().hex


class Lost(Exception):
    """The mailbox is read by another process by now, was changed, switched off or removed."""


def me() -> str:
    """This process; the number alone could be that of a process of another machine."""
    return f"{_NONCE}:{os.getpid()}"


def take(mailbox_id: int) -> Mailbox | None:
    """The mailbox, held by this process; None if it is gone, off or held by another one."""

    def work(session: Session) -> Mailbox | None:
        row = session.get(Mailbox, mailbox_id, with_for_update=True)
        if row is None or not row.is_active or is_held(row):
            return None
        row.holder, row.held_until = me(), clock.now() + HOLD
        return row

    return transact(work)


def is_held(row: Mailbox) -> bool:
    """True while another process reads it."""
    now = clock.now()
    ends = row.held_until
    return row.holder not in ("", me()) and ends is not None and now < ends <= now + LONGEST_HOLD


def renew(session: Session, mailbox: Mailbox) -> Mailbox:
    """The row for an update, held on to.

    Raises:
        Lost: it is no longer ours to write.
    """
    row = session.get(Mailbox, mailbox.id, with_for_update=True)
    if row is None or not row.is_active or row.holder != me() or row.version != mailbox.version:
        raise Lost(mailbox.address)
    row.held_until = clock.now() + HOLD
    return row


def is_wanted(mailbox: Mailbox) -> bool | None:
    """Whether somebody wants it looked into by now, or its time has come; None if it is no longer ours."""
    release()
    columns = (
        Mailbox.version, Mailbox.is_active, Mailbox.holder, Mailbox.next_at, Mailbox.held_until, Mailbox.last_success,
    )  # fmt: skip
    row = reading().first(select(*columns).where(Mailbox.id == mailbox.id))
    release()
    if row is None or not row.is_active or row.holder != me() or row.version != mailbox.version:
        return None
    now = clock.now()
    if not now + HOLD / 2 <= row.held_until <= now + LONGEST_HOLD:
        transact(lambda session: renew(session, mailbox))
    was_set_back = row.last_success is not None and row.last_success > now + SKEW
    return bool(row.next_at <= now) or was_set_back


def let_go(mailbox_id: int) -> None:
    """Free it for the next one who looks."""
    mine = update(Mailbox).where(Mailbox.id == mailbox_id, Mailbox.holder == me())
    transact(lambda session: session.execute(mine.values(holder="", held_until=None)))
