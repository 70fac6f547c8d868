"""A mail row as an RFC 5322 message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any

from sqlalchemy import select

from hookdesk.api import Attachment, CoreSettings, NotificationHooks, attachments, reading, site
from hookdesk_email_out import leaving, links
from hookdesk_email_out.accounts.envelope import Envelope
from hookdesk_email_out.hookspecs import OutgoingHooks
from hookdesk_email_out.models import Mail
from hookdesk_email_out.settings import Settings

SUPPRESSED = "DR, RN, NRN, OOF, AutoReply"
"""What Exchange shall not answer with; reports of failed deliveries (NDR) are not among it, for those we read."""


class _MessageIds(UnstructuredHeader):
    """Message-IDs, one a line. Python would write those that make a line long as encoded words, which no mail program takes for ids."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it is sent (RFC 5322 §3.6.4; RFC 2047 §5 has no place for encoded words in it)."""
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep  # type: ignore[attr-defined]  # a header


_headers = HeaderRegistry()
for _name in ("in-reply-to", "references"):
    _headers.map_to_type(_name, _MessageIds)  # type: ignore[arg-type]  # typeshed asks for what the registry itself adds
_POLICY = SMTP.clone(header_factory=_headers)


def compose(mail: Mail, outside: Envelope, settings: Settings) -> EmailMessage:
    """The message: headers, text, HTML beside it, and the files, as links if they are too large."""
    message = EmailMessage(policy=_POLICY)
    for name, value in _headers_of(mail, outside):
        message[name] = value
    files = files_of(mail)
    is_linked = sum(row.size for row in files) > settings.attach_bytes
    text, html = links.added(mail, files, settings.link_days) if is_linked else (mail.text, mail.html)
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    for row in () if is_linked else files:
        _attach(message, row, html)
    return message


def _headers_of(mail: Mail, outside: Envelope) -> Iterator[tuple[str, str]]:
    """From whom, to whom, about what, in which thread (RFC 5322 §3.6.4), and whether a machine made it (RFC 3834 §5)."""
    house = outside.from_name or site().settings.get("core", CoreSettings).site_name
    shown = f"{mail.sender_name} ({house})" if mail.sender_name else house
    yield "From", str(_address(shown, outside.from_address))
    if outside.sender:
        yield "Sender", str(_address("", outside.sender))
    yield "To", str(_address(mail.name, mail.address))
    if reply_to := _reply_to(mail, outside.reply_to or outside.from_address) or outside.reply_to:
        yield "Reply-To", reply_to
    yield "Subject", _line(mail.subject)
    yield "Date", format_datetime(mail.created_at)
    yield "Message-ID", f"<{mail.message_id}>"
    if mail.in_reply_to:
        yield "In-Reply-To", f"<{mail.in_reply_to}>"
    if mail.references:
        yield "References", " ".join(f"<{reference}>" for reference in mail.references.split())
    if mail.auto:
        yield "Auto-Submitted", mail.auto
        yield "X-Auto-Response-Suppress", SUPPRESSED
    if mail.auto == "auto-replied":
        yield "Precedence", "auto_reply"
    yield from leaving.headers(mail)


def _attach(message: EmailMessage, row: Any, html: str) -> None:
    """Put a file into the message; a picture of the text stands beside that, under its Content-ID (RFC 2392)."""
    content = b"".join(attachments.read(row.sha256, row.storage))
    maintype, _, subtype = row.content_type.partition("/")
    if maintype in ("message", "multipart"):  # a part may not be re-encoded as such; it goes as plain bytes
        maintype, subtype = "application", "octet-stream"
    if row.content_id and f'"cid:{row.content_id}"' in html:
        inside = message.get_body(("html",))
        assert inside is not None
        cid = f"<{row.content_id}>"
        inside.add_related(content, maintype, subtype, filename=row.filename, disposition="inline", cid=cid)
    else:
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=row.filename)


def _reply_to(mail: Mail, address: str) -> str | None:
    """Where answers to a mail about a ticket go, if a plugin wants them elsewhere than to the sender."""
    if mail.ticket_id is None:
        return None
    return site().hooks.first(NotificationHooks.reply_to, ticket_id=mail.ticket_id, address=address)


def files_of(mail: Mail) -> Sequence[Any]:
    """The files of a reply, which travel with its mail, or as links where they are too large together; or what a plugin sends along."""
    if mail.template == "secret":
        return site().hooks.collect(OutgoingHooks.mail_files, key=mail.key)
    if mail.entry_id is None or mail.template not in ("reply", "automatic_reply", "message"):
        return []
    columns = (
        Attachment.id, Attachment.filename, Attachment.content_type, Attachment.size, Attachment.sha256, Attachment.storage,
        Attachment.content_id,
    )  # fmt: skip
    return reading().all(
        select(*columns).where(Attachment.entry_id == mail.entry_id).order_by(Attachment.id).limit(100)
    )


def _address(name: str, address: str) -> Address:
    """A display name and an address; an address outside ASCII goes as it is (RFC 6531)."""
    local, _, domain = address.rpartition("@")
    return Address(display_name=_line(name), username=local, domain=domain)


def _line(text: str) -> str:
    """Text for a header: one line."""
    return " ".join(text.split())


def is_id(value: str) -> bool:
    """True if a Message-ID can stand in a header: what others sent may hold anything."""
    return (
        len(value) <= 250 and "@" in value and value.isascii() and value.isprintable() and not set(value) & set(" <>")
    )


def chain(ids: Iterable[str | None], most: int = 20) -> str:
    """Message-IDs for the References header, oldest first; the first one is always kept."""
    known = list(dict.fromkeys(value for value in ids if value and is_id(value)))
    return " ".join(known if len(known) <= most else [known[0], *known[-(most - 1) :]])
