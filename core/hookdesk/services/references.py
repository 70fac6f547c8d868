"""Signed references: proof in a mail that it belongs to a ticket, made here and read here, so that nobody can forge one."""

from __future__ import annotations

import re

from hookdesk.site import site

_MESSAGE_ID = re.compile(r"hd\.(\d{1,18})\.(\d{1,18})\.([a-z0-9]{1,40})\.([a-z2-7]{12,26})@")
_TAG = re.compile(r"\+(\d{1,18})\.([a-z2-7]{12,26})@")
_MARKER = re.compile(r"\[hd:(\d{1,18})\.([a-z2-7]{12,26})\]")


def message_id(ticket_id: int, entry_id: int, recipient: str, host: str) -> str:
    """The Message-ID (no angle brackets, RFC 5322 §3.6.4) of our mail about an entry; `recipient` makes it one a mail ("u12", "a3")."""
    stem = f"{ticket_id}.{entry_id}.{recipient}"
    return f"hd.{stem}.{site().keys.sign('message-id', stem)}@{host}"


def thread_id(ticket_id: int, host: str) -> str:
    """A Message-ID that stands for the whole ticket: first in `References` of all its mails, so that clients show one thread."""
    return message_id(ticket_id, 0, "t", host)


def ticket_of_message_id(value: str) -> int | None:
    """The ticket that one of our own Message-IDs names; None if it is not ours or its signature is wrong."""
    found = _MESSAGE_ID.match(value)
    if not found:
        return None
    ticket, entry, recipient, signature = found.groups()
    return int(ticket) if site().keys.verify("message-id", f"{ticket}.{entry}.{recipient}", signature) else None


def plus_address(ticket_id: int, address: str) -> str:
    """An address of ours (RFC 5233) that says of which ticket a mail to it is: "help+12.abcdefghijkl2345@…"."""
    local, at, domain = address.rpartition("@")
    return f"{local}+{ticket_id}.{site().keys.sign('address', str(ticket_id))}{at}{domain}"


def ticket_of_address(address: str) -> tuple[int, str] | None:
    """The ticket that such an address names, and the address without it; None if it names none, or its signature is wrong."""
    found = _TAG.search(address.lower())
    if not found or not site().keys.verify("address", *found.groups()):
        return None
    return int(found[1]), address[: found.start()] + address[found.end() - 1 :]


def marker(ticket_id: int) -> str:
    """A short signed token for the body or subject of a mail, e.g. `[hd:12.abcdefghijkl2345]`."""
    return f"[hd:{ticket_id}.{site().keys.sign('marker', str(ticket_id))}]"


def ticket_of_text(text: str) -> int | None:
    """The ticket of the first valid marker in a text (its first 200,000 characters)."""
    for ticket, signature in _MARKER.findall(text[:200_000])[:20]:
        if site().keys.verify("marker", ticket, signature):
            return int(ticket)
    return None
