"""Raw bytes to an `InboundMessage`."""

from __future__ import annotations

from hookdesk.types.intake import InboundMessage
from hookdesk_email_in import fields
from hookdesk_email_in.bodies import read_body
from hookdesk_email_in.classify import classify
from hookdesk_email_in.mime import UnreadableMessage, parse_parts
from hookdesk_email_in.reply import trim_reply

__all__ = ["UnreadableMessage", "parse_message"]


def parse_message(raw: bytes) -> InboundMessage:
    """Read a mail, whatever it holds.

    `fields["kind_reason"]` says why it is a bounce, an automatic answer or a complaint.

    Raises:
        UnreadableMessage: empty, without any header, or beyond the limits of `mime`. Nothing else.
    """
    root = parse_parts(raw)
    subject, sender, body = fields.subject_of(root), fields.sender_of(root), read_body(root)
    text, html = body.text, body.html
    kind, reason = classify(root, subject, text)
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
        references=fields.ids_in(root.raw("references")),
        to=fields.addresses_of(root, "to"),
        cc=fields.addresses_of(root, "cc"),
        headers=fields.all_headers(root),
        sent_at=fields.sent_at(root),
        fields={"kind_reason": reason} if reason else {},
    )
