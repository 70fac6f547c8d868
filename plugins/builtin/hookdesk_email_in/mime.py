"""The tree of parts of a mail, found by its boundaries, with a limit on everything (RFC 2045, 2046, 5322 section 2.2).

The standard library's parser makes a line object of each line: 50 MB of line ends take it a minute and gigabytes, and neither
depth nor number of parts can be limited. Here parts are slices of one buffer, so time and memory follow the size of the mail.
"""

from __future__ import annotations

import binascii
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from hookdesk_email_in.params import Header, parse_header

MAX_BYTES = 50 * 1024 * 1024
MAX_PARTS = 1000
MAX_DEPTH = 30
MAX_HEADER_BYTES = 1_000_000
MAX_PART_HEADER_BYTES = 64_000
MAX_HEADERS = 5000

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:(.*)", re.DOTALL)
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|mime-version|content-[a-z-]+|received|reply-to|return-path|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_BOUNDARY_LINE = re.compile(rb"(?:\A|\n)--(?!-*\s)([^\s][^\n]{0,200}?)[ \t]*\r*\n")
_PREAMBLE = 20_000
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^[` ]?[ \t]*\r?\n?^end[ \t]*\r?$", re.MULTILINE)
_MAX_UUENCODED = 100
_MAX_RUNS = 1000
_PROSE_BYTES = 2000
_SPACE_BEFORE_END = re.compile(rb"=[ \t]+(\r?\n)")
_FOOTER = re.compile(rb"\n[-_*]{2}[-_* ]*\r?\n(?=\s*\w)")
_PADDING, _NOTHING_MORE = re.compile(rb"="), re.compile(rb"[^A-Za-z0-9+/]*\Z")


class UnreadableMessage(Exception):
    """Nobody can make a message of these bytes; the text says why, for the admin who looks at the quarantine."""


@dataclass(slots=True)
class Part:
    """One part: its headers, and its content as a slice of the mail that has not been decoded yet.

    A container (multipart) has `children` and no content of its own.
    """

    headers: dict[str, list[bytes]]
    content: memoryview
    order: list[tuple[bytes, bytes]] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    content_type: Header = field(default_factory=Header)
    disposition: Header = field(default_factory=Header)

    def raw(self, name: str) -> bytes:
        """The first header of that (lower case) name as sent, unfolded, b"" if there is none."""
        return self.headers.get(name, [b""])[0]

    def decoded(self) -> bytes:
        """The content without its transfer encoding."""
        return decode_transfer(self.content, self.raw("content-transfer-encoding"))

    def leaves(self) -> Iterator[Part]:
        """The parts that are no containers, in order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            if not part.children:
                yield part
            waiting.extend(reversed(part.children))


def parse_parts(raw: bytes) -> Part:
    """The root part of a mail; what has no headers is all body, or a file if it is no text.

    Raises:
        UnreadableMessage: beyond the limits above.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadableMessage(f"the message has {len(raw)} bytes, at most {MAX_BYTES} are read")
    if b"\n" not in raw[:MAX_HEADER_BYTES]:
        raw = raw.replace(b"\r", b"\n")  # line ends of old Macs
    raw = _without_mark(raw)
    root = _read_part(memoryview(raw), top=True)
    if not root.order and b"\0" in raw[:1000]:
        root.content_type.value = "application/octet-stream"  # no mail, but what it is can be looked at
    total = 1
    waiting = [(root, 1)]
    while waiting:
        part, depth = waiting.pop()
        if not part.content_type.value.startswith("multipart/") or depth == MAX_DEPTH:
            continue
        for content in _split(part):
            if (total := total + 1) > MAX_PARTS:
                raise UnreadableMessage(f"the message has more than {MAX_PARTS} parts")
            part.children.append(_read_part(content, digest=part.content_type.value == "multipart/digest"))
        waiting += [(child, depth + 1) for child in part.children]
    return root


def decode_transfer(content: bytes | memoryview, encoding: bytes) -> bytes:
    """Undo a Content-Transfer-Encoding (RFC 2045 section 6), as far as broken content lets us; an unknown one changes nothing."""
    name = encoding.strip().lower().split(b";")[0].strip(b" \t\"'")
    if name == b"base64":
        return _base64(content)
    content = bytes(content)
    if name == b"quoted-printable":
        return binascii.a2b_qp(_SPACE_BEFORE_END.sub(rb"=\1", content))
    if name in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return next((data for _, data, _ in uuencoded_files(content)), content)
    return content


def uuencoded_files(content: bytes) -> Iterator[tuple[bytes, bytes, tuple[int, int]]]:
    """Name, bytes and (start, end) of each uuencoded file in a text; at most 100 are looked for."""
    at = 0
    for _ in range(_MAX_UUENCODED):
        begin = _UU_BEGIN.search(content, at)
        end = _UU_END.search(content, begin.end()) if begin else None
        if not begin or not end:
            return
        at = begin.end()
        try:
            data = b"".join(binascii.a2b_uu(line) for line in content[begin.end() : end.start()].splitlines() if line)
        except binascii.Error:
            continue
        at = end.end()
        yield begin[1].strip(), data, (begin.start(), at)


def _base64(content: bytes | memoryview) -> bytes:
    """Base64, up to what a list has added below it; nothing, where what says that it is base64 is text."""
    if _is_prose(bytes(content[:_PROSE_BYTES])):
        return bytes(content)
    if footer := _FOOTER.search(content):
        return _base64(content[: footer.start()]) + bytes(content[footer.start() :])
    plain = _plain_base64(content)
    return _runs(bytes(content)) if plain is None else plain


def _plain_base64(content: bytes | memoryview) -> bytes | None:
    """Base64 that ends where its padding does, as nearly all does, without a copy of it, for it may be large; None for any other."""
    padding = _PADDING.search(content)
    if padding is not None and not _NOTHING_MORE.match(content, padding.end()):
        return None
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:
        return None


def _is_prose(head: bytes) -> bool:
    """Whether a content that says it is base64 begins as text: words with spaces between them."""
    head = _FOOTER.split(head, maxsplit=1)[0].strip()
    return head.count(b" ") > max(2, len(head) // 12) and len(head.translate(None, _NOT_BASE64)) < len(head)


def _runs(content: bytes) -> bytes:
    """Base64 with anything else in it left out; several runs, each with its own padding, are joined."""
    *runs, rest = content.translate(None, _NOT_BASE64).split(b"=", _MAX_RUNS)
    runs.append(rest.translate(None, b"="))
    # a single letter left over holds no whole byte
    return b"".join(binascii.a2b_base64(run[: len(run) - (len(run) % 4 == 1)] + b"==") for run in runs if run)


def read_headers(raw: bytes) -> dict[str, list[bytes]]:
    """The headers of a mail by lower-case name, unfolded, as sent; nothing else of it is looked at.

    Raises:
        UnreadableMessage: they do not end.
    """
    return by_name(read_fields(raw))


def read_fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The same in the order in which they stand, names as sent.

    Raises:
        UnreadableMessage: they do not end.
    """
    head = raw[: MAX_HEADER_BYTES + 1]
    if b"\n" not in head:
        head = head.replace(b"\r", b"\n")
    return _read_headers(memoryview(_without_mark(head)), top=True)[0]


def _without_mark(raw: bytes) -> bytes:
    """A mail without empty lines, and without the mark of an editor, before it."""
    return raw.lstrip(b" \t\r\n").removeprefix(BOM_UTF8)


def by_name(order: list[tuple[bytes, bytes]]) -> dict[str, list[bytes]]:
    """Header fields by lower-case name."""
    headers: dict[str, list[bytes]] = {}
    for name, value in order:
        headers.setdefault(name.decode("ascii").lower(), []).append(value)
    return headers


def _read_part(content: memoryview, *, top: bool = False, digest: bool = False) -> Part:
    order, start = _read_headers(content, top=top)
    part = Part(by_name(order), content[start:], order)
    part.content_type = parse_header(part.raw("content-type"))
    part.disposition = parse_header(part.raw("content-disposition"))
    if "/" not in part.content_type.value:
        part.content_type.value = "message/rfc822" if digest and not part.content_type.value else "text/plain"
    return part


def _read_headers(content: memoryview, *, top: bool) -> tuple[list[tuple[bytes, bytes]], int]:
    """The header fields, unfolded, and where the body starts."""
    head = bytes(content[: MAX_HEADER_BYTES + 1 if top else MAX_PART_HEADER_BYTES])
    fields: list[tuple[bytes, bytearray]] = []
    at = 0
    while at < len(head):
        end = head.find(b"\n", at)
        end = len(head) if end < 0 else end
        line = head[at:end].rstrip(b"\r")
        if not line.strip():
            at = end + 1
            break
        found = _FIELD.match(line)
        if line[:1] in b" \t" and fields:
            fields[-1][1].extend(b" " + line.strip())
        elif found:
            fields.append((found[1], bytearray(found[2].strip())))
        elif not (top and _goes_on(head, end)):
            break
        elif fields:
            fields[-1][1].extend(b" " + line.strip())
        at = end + 1
        if len(fields) > MAX_HEADERS:
            break
    if top and (len(fields) > MAX_HEADERS or (at >= len(head) and len(head) > MAX_HEADER_BYTES)):
        raise UnreadableMessage(f"the headers do not end within {MAX_HEADER_BYTES} bytes or {MAX_HEADERS} fields")
    return [(name, bytes(value)) for name, value in fields], min(at, len(content))


def _goes_on(head: bytes, at: int) -> bool:
    """Whether a line that is no header stands among headers all the same: badly folded, or junk put before them."""
    end = at
    for _ in range(40):
        start = end + 1
        end = head.find(b"\n", start)
        if end < 0:
            return False
        line = head[start:end].rstrip(b"\r")
        if not line.strip():
            return False
        if _KNOWN_FIELD.match(line):
            return True
    return False


def _split(part: Part) -> list[memoryview]:
    """The contents between the boundary lines of a multipart (RFC 2046 section 5.1.1)."""
    boundary = part.content_type.raw_params.get("boundary", b"").strip()
    found = _cut(part.content, boundary) if boundary else []
    if not found and (guess := _BOUNDARY_LINE.search(part.content[:_PREAMBLE])):
        found = _cut(part.content, guess[1])
    return found


def _cut(content: memoryview, boundary: bytes) -> list[memoryview]:
    line = b"--" + re.escape(boundary) + rb"(--)?[ \t]*\r*(?=\n|\Z)"
    first = re.match(line, content)
    # a pattern that begins with a plain line end is searched for many times faster than one with a choice there
    lines = chain([first] if first else [], re.finditer(b"\n" + line, content))
    parts: list[memoryview] = []
    start = -1
    for found in lines:
        if start >= 0:
            parts.append(content[start : max(start, _without_line_end(content, found))])
        start = -1 if found[1] else found.end() + 1
        if found[1] or len(parts) > MAX_PARTS:
            break
    if start >= 0:
        parts.append(content[start:])
    return parts


def _without_line_end(content: memoryview, boundary: re.Match[bytes]) -> int:
    """Where a part ends: the line end before a boundary belongs to the boundary."""
    end = boundary.start()
    return end - (end > 0 and content[end - 1] == 13)
