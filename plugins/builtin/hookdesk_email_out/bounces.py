"""Mails that came back: marked, told to whoever wrote them, and remembered of the address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.orm import Session

from hookdesk.api import Event, ThreadEntry, UserEmail, clock, emit, people, reading, transact
from hookdesk_email_out.accounts.envelope import mail_of
from hookdesk_email_out.models import Bouncing, Mail

MARKED_AFTER = 3
"""So many mails in a row came back for good: then the address is marked."""
ALERT = "delivery_failed"


def reported(event: Event) -> None:
    """A report came in about a mail: it is marked, if the report knows the mail by what only its recipient's servers do (an address or a
    Message-ID that we signed). A report of a delay leaves the mail as sent, with the server's words."""
    mail_id = _found(event)
    if mail_id is None:
        return
    words = " ".join(part for part in (event.data.get("status", ""), event.data.get("words", "")) if part)[:1000]
    is_final = bool(event.data.get("final"))

    def work(session: Session) -> None:
        mail = session.get(Mail, mail_id, with_for_update=True)
        if mail is None or mail.state == "bounced":
            return
        mail.error = words
        if is_final:
            mail.state = "bounced"
            failed_for_good(session, mail)

    transact(work, race=True)


def _found(event: Event) -> int | None:
    """The mail that a report is about: by the address that the report came to, else by the Message-ID together with the address."""
    by_address = mail_of(event.data.get("mailbox") or "")
    if by_address is not None:
        return by_address
    message_id = str(event.data.get("message_id") or "").strip("<> ")
    address = people.normal_address(event.data.get("address") or "")
    rows = (
        reading().all(select(Mail.id, Mail.address).where(Mail.message_id == message_id).limit(10))
        if message_id
        else []
    )
    return next((row.id for row in rows if not address or people.normal_address(row.address) == address), None)


def failed_for_good(session: Session, mail: Mail) -> None:
    """A mail will not reach its recipient: count it against the address, and tell the agent who wrote it."""
    row = session.get(Bouncing, mail.address, with_for_update=True)
    if row is None:
        row = Bouncing(address=mail.address, count=0)
        session.add(row)
    row.count, row.words, row.bounced_at = row.count + 1, mail.error[:500], clock.now()
    entry = session.get(ThreadEntry, mail.entry_id) if mail.entry_id is not None and not mail.is_alert else None
    if entry is not None and entry.agent_id is not None:
        data = {"ticket_id": mail.ticket_id, "alert": ALERT, "agent_ids": [entry.agent_id], "entry_id": entry.id}
        emit(session, "notice_raised", data)


def heard_from(user_id: int) -> None:
    """Somebody has written: their addresses work again, as far as we know."""
    theirs = Bouncing.address.in_(select(UserEmail.address).where(UserEmail.user_id == user_id))
    if reading().scalar(select(Bouncing.address).where(theirs).limit(1)) is not None:
        transact(lambda session: session.execute(delete(Bouncing).where(theirs)))


def of_user(user_id: int) -> Sequence[Row[Any]]:
    """Addresses of somebody from which mails came back: address, count, words, bounced_at."""
    theirs = select(UserEmail.address).where(UserEmail.user_id == user_id)
    asked = select(Bouncing.address, Bouncing.count, Bouncing.words, Bouncing.bounced_at)
    return reading().all(asked.where(Bouncing.address.in_(theirs)).order_by(Bouncing.address))


def works_again(user_id: int, address: str) -> bool:
    """Somebody says that an address of this user works: what came back so far counts no more. False if there is nothing of it."""
    theirs = select(UserEmail.address).where(UserEmail.user_id == user_id)
    done = delete(Bouncing).where(Bouncing.address == address, Bouncing.address.in_(theirs))
    return bool(transact(lambda session: session.execute(done).rowcount))  # type: ignore[attr-defined]  # a DELETE has one
