"""Raw bytes to an `InboundMessage`."""

from __future__ import annotations

from hookdesk.api import InboundMessage, MessageKind
from hookdesk_email_in import bounces, fields
from hookdesk_email_in.bodies import Body, read_body
from hookdesk_email_in.classify import classify
from hookdesk_email_in.mime import Part, UnreadableMessage, parse_parts
from hookdesk_email_in.reply import trim_reply

__all__ = ["UnreadableMessage", "parse_message"]


def parse_message(raw: bytes) -> InboundMessage:
    """Read a mail, whatever it holds.

    The references of an automatic mail go on with those of the mail that came back with it, which is what it answers.

    Raises:
        UnreadableMessage: beyond the limits of `mime`. Nothing else.
    """
    root = parse_parts(raw)
    return message_of(root, read_body(root))


def message_of(root: Part, body: Body) -> InboundMessage:
    """The message of a mail whose parts and body are read already."""
    subject, sender = fields.subject_of(root), fields.sender_of(root)
    text, html = body.text, body.html
    kind = classify(root, subject, text)
    references = fields.ids_in(root.raw("references"))
    original = bounces.original_of(root, text) if kind is not MessageKind.MESSAGE else bounces.Original()
    return InboundMessage(
        channel="email",
        sender_address=sender.address,
        sender_name=sender.name,
        subject=subject,
        text=text,
        html=html,
        reply=trim_reply(text, html),
        kind=kind,
        files=tuple(body.files),
        message_id=fields.message_id_of(root),
        in_reply_to=next(iter(fields.ids_in(root.raw("in-reply-to"))), ""),
        references=(*references, *original.ids),
        to=fields.addresses_of(root, "to"),
        cc=fields.addresses_of(root, "cc"),
        headers=fields.all_headers(root),
        sent_at=fields.sent_at(root),
        bounced=bounces.read_bounced(root, subject, text, original) if kind is MessageKind.BOUNCE else (),
    )
