"""What a mail is in the thread beside its own words: a report told in one sentence, files that were refused, people who shall follow."""

from __future__ import annotations

from flask_babel import gettext as _

from hookdesk.api import Bounced, InboundMessage, MessageKind
from hookdesk_email_in import followers, limits
from hookdesk_email_in.settings import Settings

SEALED = frozenset(
    {"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted", "application/pgp"}
)
"""Types of files that hold a whole mail, encrypted or signed in one piece (RFC 8551, RFC 3156)."""


def transform(message: InboundMessage, settings: Settings) -> InboundMessage:
    """The message as its ticket gets it. What a report says is told first; its own text stands folded away behind."""
    if message.kind is MessageKind.BOUNCE:
        return _told(message, "\n".join(map(_sentence, message.bounced)))
    if message.kind is MessageKind.COMPLAINT:
        return _told(
            message, _("A mail of ours was reported as spam by whoever got it. Ask before you write there again.")
        )
    if message.kind is not MessageKind.MESSAGE:
        return message
    return followers.added(limits.within(_sealed(message), settings), settings)


def _sealed(message: InboundMessage) -> InboundMessage:
    """A mail whose words nobody can read here says so, rather than nothing."""
    if message.text.strip() or not any(file.content_type in SEALED for file in message.files):
        return message
    told = _(
        "This mail is encrypted, or signed in one piece. Its words are in the attached file; a mail program with the right key opens it."
    )
    return message.replace(remarks=(*message.remarks, told))


def _told(message: InboundMessage, words: str) -> InboundMessage:
    """A report in our words, and its own behind them, be they ever so few."""
    return message.replace(reply=words, text=message.text or words, html="") if words else message


def _sentence(one: Bounced) -> str:
    """Who did not get the mail, and why."""
    address = one.address or _("somebody")
    what = (
        _("Our mail did not reach %(address)s.", address=address)
        if one.is_final
        else _("Our mail has not reached %(address)s yet; the server goes on trying.", address=address)
    )
    return " ".join(filter(None, (what, one.status if one.status not in one.words else "", one.words)))
