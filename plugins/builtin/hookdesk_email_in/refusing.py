"""Telling a sender that their mail was too large: nobody else would, for the mail server has taken it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import NotificationHooks, clock, people, site
from hookdesk_email_in import policies
from hookdesk_email_in.fields import sender_of, subject_of
from hookdesk_email_in.mime import MAX_BYTES, Part, UnreadableMessage, by_name, read_fields
from hookdesk_email_in.settings import Settings


def too_large(raw: bytes, meta: Mapping[str, Any], settings: Settings) -> bool:
    """Tell them once a day, if they are a person who is known here or proven; True if a mail was made.

    A program is not answered, and neither is somebody whose address may be forged: they never wrote to us.
    """
    try:
        fields = read_fields(raw)
    except UnreadableMessage:
        return False
    head = Part(by_name(fields), memoryview(b""), fields)
    sender = sender_of(head)
    address = people.normal_address(sender.address)
    if (
        not address
        or meta.get("automatic")
        or meta.get("sender_is") == "refuted"
        or policies.is_ours(address, settings)
    ):
        return False
    person = people.find_user(address)
    if not (meta.get("sender_is") == "confirmed" if person is None else not person.is_banned):
        return False
    text = _(
        "Your mail “%(subject)s” is too large for us: at most %(most)s MB can be taken. We have it, but nobody may read it. "
        "Please send it again without its attachments, or with smaller ones.",
        subject=subject_of(head)[:200],
        most=MAX_BYTES // 1024**2,
    )
    made = site().hooks.first(
        NotificationHooks.mail_secret,
        key=f"email_in.too-large:{clock.now():%Y-%m-%d}",
        address=address,
        name=sender.name,
        subject=_("Your mail was too large"),
        text=text,
    )
    return bool(made)
