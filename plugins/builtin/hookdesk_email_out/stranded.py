"""What was put off while the clock was ahead: once it is set back, mails and accounts would wait for longer than they ever should."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import clock, reading, transact
from hookdesk_email_out.models import Account, Mail
from hookdesk_email_out.outcome import LONGEST_DELAY
from hookdesk_email_out.routes import LONGEST_REST

SKEW = timedelta(minutes=1)
"""Clocks of several machines differ by less."""


def bring_forward() -> bool:
    """Let such mails be due now, and such accounts be tried; True if there were any. Asked when nothing else is due."""
    now = clock.now()
    mails = Mail.state.in_(("waiting", "sending")) & or_(
        Mail.created_at > now + SKEW, Mail.due_at > now + LONGEST_DELAY + SKEW
    )
    accounts = Account.away_until > now + LONGEST_REST + SKEW
    found = [
        reading().scalar(select(table.id).where(which).limit(1))
        for table, which in ((Mail, mails), (Account, accounts))
    ]
    if found == [None, None]:
        return False

    def work(session: Session) -> None:
        session.execute(update(Mail).where(mails).values(created_at=now, due_at=now, state="waiting"))
        session.execute(update(Account).where(accounts).values(away_until=None))

    transact(work)
    return True
