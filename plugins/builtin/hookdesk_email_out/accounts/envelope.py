"""What stands on the outside of a mail: from whom it is, and where it comes back to (RFC 5321 §4.5.5, RFC 5322 §3.6.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hookdesk.api import site
from hookdesk_email_out.models import Account, Mail

_PURPOSE = "bounce"
_TOKEN = re.compile(r"(?:^|\+)(\d{1,18})\.([a-z2-7]{12,26})(?:@|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Addresses of a mail. `sender` is the account that sends for another one, or ""; `return_path` "" is the null sender."""

    from_address: str
    from_name: str
    return_path: str
    sender: str = ""
    reply_to: str = ""


def envelope(mail: Mail, own: Account, carrier: Account) -> Envelope:
    """The outside of a mail of the account `own` that leaves by `carrier`: the same one, or one that stands in for it.

    A server that takes mails of other senders keeps `own` in From, and is named in Sender. Any other would refuse the mail or rewrite it,
    so it goes out under the carrier's address, and answers go to `own`.
    """
    back = return_path(mail, carrier)
    if own.id == carrier.id:
        return Envelope(own.address, own.sender_name, back)
    if carrier.is_relay:
        return Envelope(own.address, own.sender_name, back, sender=carrier.address)
    return Envelope(carrier.address, own.sender_name or carrier.sender_name, back, reply_to=own.address)


def return_path(mail: Mail, carrier: Account) -> str:
    """Where a mail comes back to: an address that names it, where the account can receive such ones (VERP).

    A null sender is for mails that report on others (RFC 5321 §4.5.5), which we send none of; for answers of a machine it is allowed
    (RFC 3834 §3.3), and sent where the account says so: their bounces are lost then.
    """
    address = carrier.return_address or carrier.address
    if carrier.is_plus:
        local, _at, host = address.rpartition("@")
        return f"{local}+{token(mail.id)}@{host}"
    return "" if carrier.is_null and mail.auto == "auto-replied" else address


def token(mail_id: int) -> str:
    """What tells a mail's bounces: its id, signed."""
    return f"{mail_id}.{site().keys.sign(_PURPOSE, str(mail_id))}"


def mail_of(address: str) -> int | None:
    """The mail that came back to an address (or bare token) of `return_path`; None if it names none, or was forged."""
    found = _TOKEN.search(address.strip())
    if found is None:
        return None
    number, signature = found.groups()
    return int(number) if site().keys.verify(_PURPOSE, number, signature.lower()) else None
