"""Mails of the demo's requesters, as their mail programs would have sent them (RFC 5322)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hookdesk.api import InboundFile


def letter(
    sender: tuple[str, str],
    subject: str,
    text: str,
    files: Sequence[InboundFile],
    *,
    sent_at: datetime,
    to: str,
    message_id: str,
    answers: str = "",
    quoted: str = "",
) -> bytes:
    """A mail. `answers` is the id of the mail that it replies to, `quoted` that mail's text; both without brackets and marks."""
    mail = EmailMessage(policy=SMTP.clone(utf8=False))
    name, address = sender
    user, _, domain = address.partition("@")
    mail["From"] = Address(name, user, domain)
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = f"<{message_id}>"
    if answers:
        mail["In-Reply-To"] = f"<{answers}>"
        mail["References"] = f"<{answers}>"
    mail.set_content(text + (_quote(quoted, to, sent_at) if quoted else "") + "\n", cte="quoted-printable")
    for file in files:
        main, _, sub = file.content_type.partition("/")
        mail.add_attachment(file.content, maintype=main, subtype=sub, filename=file.filename)
    return mail.as_bytes()


def _quote(text: str, author: str, at: datetime) -> str:
    """What many mail programs put below an answer."""
    marked = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"\n\nOn {at:%a, %d %b %Y}, {author} wrote:\n{marked}"


STRAYS = (
    (
        "mailer-daemon@mail.example",
        b"From: Mail Delivery System <mailer-daemon@mail.example>\r\nTo: support@alder-cycles.example\r\n"
        b"Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMessage-ID: <bounce.1@mail.example>\r\n"
        b"Content-Type: text/plain\r\n\r\nThe mailbox of rider@mail.example is full.\r\n",
    ),
    (
        "newsletter@offers.example",
        b"From: Great Offers <newsletter@offers.example>\r\nTo: support@alder-cycles.example\r\nSubject: I am out of the office\r\n"
        b"Auto-Submitted: auto-replied\r\nMessage-ID: <away.1@offers.example>\r\nContent-Type: text/plain\r\n\r\nBack on Monday.\r\n",
    ),
    (
        "",
        b"Subject: =?utf-8?q?no_sender?=\r\nMessage-ID: <nobody.1@mail.example>\r\nContent-Type: text/plain\r\n\r\n"
        b"A mail without a sender: kept aside, so that somebody can look at it.\r\n",
    ),
)
"""Mails that become no ticket: (envelope sender, the mail). They show what the intake ledger is for."""
