"""The header fields of a mail, each read on its own: one that is broken spoils no other."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice

from hookdesk_email_in.addresses import Address, parse_addresses
from hookdesk_email_in.charsets import decode
from hookdesk_email_in.mime import Part
from hookdesk_email_in.words import decode_words, one_line

_ID = re.compile(r"<\s*([^<>]{1,990}?)\s*>")
_LOOSE_ID = re.compile(r"[^\s<>,;\"]{1,500}@[^\s<>,;\"]{1,490}")
_LOCAL = re.compile(r"<\s*([\w.+-]{1,64})\s*>")
_MAX_REFERENCES = 200
_SENDERS = ("from", "reply-to", "sender", "resent-from", "x-original-from", "return-path", "errors-to")


def subject_of(part: Part) -> str:
    """The decoded subject, "" if there is none."""
    return decode_words(part.raw("subject"), header_charset(part))


def sender_of(part: Part) -> Address:
    """Who wrote it: From (RFC 5322 section 3.6.2), else the next header that names an address. Name and address may be "", and where there
    is no whole one, the address is what From has in its brackets: "daemon"."""
    label = header_charset(part)
    name = ""
    for header in _SENDERS:
        for value in part.headers.get(header, []):
            for candidate in parse_addresses(value, label):
                if candidate.address:
                    return Address(candidate.name or name, candidate.address)
                name = name or candidate.name
    local = _LOCAL.search(decode_words(part.raw("from")))
    return Address(name, local[1] if local else "")


def addresses_of(part: Part, header: str) -> tuple[str, ...]:
    """The addresses of a header that may stand there more than once, in order, each once."""
    label = header_charset(part)
    found = (box.address for value in part.headers.get(header, []) for box in parse_addresses(value, label))
    return tuple(dict.fromkeys(address for address in found if address))


def message_id_of(part: Part) -> str:
    """The Message-ID without angle brackets, "" if there is none."""
    return next(iter(ids_in(part.raw("message-id"))), "") or one_line(decode(part.raw("message-id"))).strip("<> ")[:990]


def ids_in(raw: bytes) -> tuple[str, ...]:
    """Message ids without angle brackets, each once, at most 200 (RFC 5322 section 3.6.4); the last ones are kept."""
    text = decode(raw)
    found = [re.sub(r"\s+", "", one_line(name)) for name in _ID.findall(text)] or _LOOSE_ID.findall(text)
    return tuple(dict.fromkeys(found))[-_MAX_REFERENCES:]


def sent_at(part: Part) -> datetime | None:
    """The Date header as an aware time in UTC; None if it is missing or no date."""
    try:
        sent = parsedate_to_datetime(decode(part.raw("date"))[:200])
        return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        return None


def all_headers(part: Part) -> tuple[tuple[str, str], ...]:
    """Each header as sent, in order, decoded to one line of text."""
    label = header_charset(part)
    return tuple((name.decode("ascii"), decode_words(value, label)) for name, value in part.order)


def charset_of(part: Part) -> str:
    """The charset that a part claims for itself, "" if it claims none."""
    return (part.content_type.params.get("charset", "").split() or [""])[0]


def header_charset(root: Part) -> str:
    """The best guess for raw 8-bit bytes in the headers of a mail: the charset of its first text."""
    return next((charset for part in islice(root.leaves(), 10) if (charset := charset_of(part))), "")
