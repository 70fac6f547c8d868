"""What a bounce says: who did not get which mail, and why.

By the parts of a delivery report (RFC 3464) first, then by the header that Exim writes, then by the mail that it brings back, last by
what stands in its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hookdesk.api import Bounced
from hookdesk_email_in.addresses import bare_address, parse_addresses
from hookdesk_email_in.fields import ids_in
from hookdesk_email_in.mime import Part, UnreadableMessage, read_headers
from hookdesk_email_in.words import decode_words

MOST = 50
"""Recipients whom one report names, at most."""
_CHARS = 20_000
_WORDS = 500
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_ENCLOSED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers", "message/partial")
_BLANK_LINES = re.compile(rb"\r*\n(?:[ \t]*\r*\n)+")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_HELD_UP = re.compile(
    r"\b(?:delayed|warning: (?:message|could not)|still (?:being )?retried|will (?:keep trying|be retried|continue))",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:[45]\d\d[ \-]|unknown|no such|not exist|not found|rejected|refused|denied|disabled|full|quota|undeliverable|invalid)",
    re.IGNORECASE,
)
_ID_LINE = re.compile(
    r"^[ \t>|]*(message-id|references):[ \t]*((?:<[^<>\s]{1,990}>\s*){1,50})", re.IGNORECASE | re.MULTILINE
)
_SOME_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,100}(?:\.[\w-]{1,100}){1,10}")
_DAEMON = re.compile(r"(?:post_?master|[\w-]*daemon|no-?reply)@", re.IGNORECASE)
_TO_LINE = re.compile(r"^[ \t>|]*to:[ \t]*([^\n]{1,500})", re.IGNORECASE | re.MULTILINE)
_RECIPIENT_FIELD = re.compile(
    r"^[ \t>|]{0,20}(?:original|final)-recipient:[ \t]*[\w-]{1,20};[ \t]*<?([^\s<>;]{1,64}@[^\s<>;]{1,250})",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS_LINE = re.compile(
    r"^[ \t]*(?:(?:to:?|recipient:?|address:?|rcpt to:)[ \t]*)?<?([^\s<>@:;,=\"'()]{1,64}@[\w.-]{1,250}\w)(?=\.?(?:[<>\s(:;,]|$))",
    re.IGNORECASE | re.MULTILINE,
)

Fields = dict[str, list[bytes]]


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that came back with a report, as far as it did: the ids of its thread, its own the last, and whom it was for."""

    ids: tuple[str, ...] = ()
    message_id: str = ""
    to: tuple[str, ...] = ()


def original_of(root: Part, text: str) -> Original:
    """What the first mail, or headers of one, that a report encloses says of itself (RFC 6522); else what stands of it in the text."""
    for part in root.leaves():
        if part.content_type.value not in _ENCLOSED:
            continue
        try:
            headers = read_headers(part.decoded())
        except UnreadableMessage:
            continue
        told = {name: headers.get(name, [b""])[0] for name in ("references", "message-id", "to")}
        to = tuple(box.address for box in parse_addresses(told["to"]) if box.address)
        return _original(told["references"], told["message-id"], to)
    lines = {name.lower(): value.encode() for name, value in _ID_LINE.findall(text[:_CHARS])}
    to = tuple(address for line in _TO_LINE.findall(text[:_CHARS]) if (address := bare_address(line)))
    return _original(lines.get("references", b""), lines.get("message-id", b""), to[-1:])


def _original(references: bytes, message_id: bytes, to: tuple[str, ...]) -> Original:
    own = ids_in(message_id)[:1]
    return Original((*ids_in(references), *own), next(iter(own), ""), to)


def read_bounced(root: Part, subject: str, text: str, original: Original) -> tuple[Bounced, ...]:
    """The recipients whom a bounce is about, at most 50; one without an address if it names none. Nobody, if it says that all got it."""
    text = text[:_CHARS]
    groups = list(_groups(root))
    found = [one for fields in groups if (one := _recipient(fields))]
    if groups and not found:
        return ()
    found = found or [Bounced()]
    if not any(one.address for one in found):  # a report may name a file, or a host alone
        found = [found[0].replace(address=address) for address in _named(root, subject, text, original)] or found
    words, is_final = _refusal(text), _HELD_UP.search(f"{subject}\n{text}") is None
    status = next(iter(_STATUS.findall(words or text)), "")
    return tuple(
        one.replace(
            status=one.status or status,
            words=(one.words or words)[:_WORDS],
            message_id=original.message_id,
            is_final=one.is_final if one.status else is_final,
        )
        for one in found[:MOST]
    )


def _groups(root: Part) -> Iterator[Fields]:
    """The fields of a delivery report that are about a recipient each (RFC 3464 section 2.3)."""
    for part in root.leaves():
        if part.content_type.value not in _REPORTS:
            continue
        for group in _BLANK_LINES.split(part.decoded().strip())[: MOST + 1]:
            try:
                fields = read_headers(group)
            except UnreadableMessage:
                continue
            if "final-recipient" in fields or "original-recipient" in fields:
                yield fields


def _recipient(fields: Fields) -> Bounced | None:
    """One recipient of a report; None if they got the mail."""
    action, status = _text(fields, "action").lower(), next(iter(_STATUS.findall(_text(fields, "status"))), "")
    if action.split()[:1] and action.split()[0].strip("();,") in ("delivered", "relayed", "expanded"):
        return None
    words = _value(fields, "diagnostic-code")
    if status.endswith(".0.0"):  # that says nothing; what the server said may say more
        status = next((more for more in _STATUS.findall(words) if more[0] == status[0]), status)
    # whom we wrote to, before it was forwarded to somebody whom we do not know
    address = bare_address(_value(fields, "original-recipient")) or bare_address(_value(fields, "final-recipient"))
    is_final = not action.startswith("delayed") if action else not status.startswith("4")
    return Bounced(address, status, words, is_final=is_final)


def _named(root: Part, subject: str, text: str, original: Original) -> list[str]:
    """Who did not get the mail, where no report says so: a header of Exim's, else the text, else all for whom the mail was."""
    for raw in root.headers.get("x-failed-recipients", []):
        if addresses := [box.address for box in parse_addresses(raw) if box.address]:
            return addresses
    if reported := list(dict.fromkeys(_RECIPIENT_FIELD.findall(text))):
        return reported
    if len(original.to) == 1:
        return [*original.to]
    told = list(dict.fromkeys(found.lower() for found in _ADDRESS_LINE.findall(text)))
    among = {address.lower() for address in original.to}
    return (
        [address for address in told if not among or address in among]
        or [*original.to]
        or _mentioned(root, f"{subject}\n{text}")
    )


def _mentioned(root: Part, text: str) -> list[str]:
    """The first address in a text that is neither of those between whom the report went."""
    between = (box for name in ("from", "to", "sender", "return-path") for box in parse_addresses(root.raw(name)))
    known = {box.address.lower() for box in between}
    found = (address.lower() for address in _SOME_ADDRESS.findall(_ID_LINE.sub("", text)))
    return [*islice((address for address in found if address not in known and not _DAEMON.match(address)), 1)]


def _refusal(text: str) -> str:
    """The first line of a text in which a server says why."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return next((line for line in lines if 8 < len(line) < 1000 and _REFUSED.search(line)), "")


def _text(fields: Fields, name: str) -> str:
    return decode_words(fields.get(name, [b""])[0])


def _value(fields: Fields, name: str) -> str:
    """The value of a field whose type stands before it ("rfc822; a@b", "smtp; 550 No")."""
    kind, semicolon, value = _text(fields, name).partition(";")
    return (value if semicolon else kind).strip()
