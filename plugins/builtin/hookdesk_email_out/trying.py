"""A test mail, and what was said over it."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from flask_babel import gettext as _

from hookdesk.api import clock, release
from hookdesk_email_out import smtp
from hookdesk_email_out.accounts import choosing
from hookdesk_email_out.models import Account

PATIENCE_S = 10
MOST_LINES = 16


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went: the end of the dialogue, "→" what we said, "←" the server; and the error, "" if the server took the mail."""

    told: Sequence[str]
    error: str = ""


def send(account: Account, address: str) -> Trial:
    """Send a test mail at once, past the queue. It waits for the server, some seconds at most: for an administrator who asked for it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = account.address, address, _("A test mail")
    message["Date"], message["Message-ID"] = format_datetime(clock.now()), make_msgid(domain=choosing.host_of(account))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_("If you read this, the account %(name)s works.", name=account.name))
    release()
    try:
        server = smtp.connect(account, telling=True, timeout=min(account.timeout, PATIENCE_S))
    except smtp.AWAY as error:
        return Trial(getattr(error, "told", [])[-MOST_LINES:], smtp.reason(error))
    told: list[str] = getattr(server, "told", [])
    try:
        server.sendmail(account.address, [address], message.as_bytes())
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return Trial(told[-MOST_LINES:], smtp.reason(error))
    finally:
        smtp.close(server)
    return Trial(told[-MOST_LINES:])
