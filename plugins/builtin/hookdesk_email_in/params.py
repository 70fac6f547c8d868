"""Structured headers: `text/plain; charset=utf-8; filename*0*=…` (RFC 2045 section 5.1, RFC 2231)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from hookdesk_email_in.charsets import decode
from hookdesk_email_in.words import decode_words

_VALUE = re.compile(rb"[^\s;,]*")
_PARAM = re.compile(
    rb"""(?:^|[;\s])\s*([\w!#$&+.^`|~-]+)(\*\d{1,3})?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""", re.DOTALL
)
_ESCAPED = re.compile(rb"\\([\"\\])")
_MAX_PARAMS = 200


@dataclass(slots=True)
class Header:
    """The value of a structured header in lower case, and its parameters: decoded, and as sent for those that are no text."""

    value: str = ""
    params: dict[str, str] = field(default_factory=dict)
    raw_params: dict[str, bytes] = field(default_factory=dict)


def parse_header(raw: bytes) -> Header:
    """Read value and parameters; what cannot be read is left out."""
    first = _VALUE.match(raw.strip())
    value = first[0] if first else b""
    header = Header(decode(value.strip(b"\"'")).lower())
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    plain: dict[str, tuple[int, bool, bytes]] = {}
    for count, found in enumerate(_PARAM.finditer(raw[len(value) :])):
        if count == _MAX_PARAMS:
            break
        name = found[1].decode("latin-1").lower()
        piece = (int((found[2] or b"*0")[1:]), bool(found[3]), _unquoted(found[4]))
        if found[2] or found[3]:
            pieces.setdefault(name, []).append(piece)
        else:
            plain.setdefault(name, piece)
    # the plain form beside another one is for old programs (RFC 2231 and RFC 6266 section 4.3)
    for name, values in ({name: [piece] for name, piece in plain.items()} | pieces).items():
        header.raw_params[name] = values[0][2]
        header.params[name] = _join(values)
    return header


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    if value[:1] == b'"' and value[-1:] == b'"' and len(value) > 1:
        return _ESCAPED.sub(rb"\1", value[1:-1])
    if value[:1] == value[-1:] == b"'" and len(value) > 2:
        return value[1:-1]
    return value.strip(b'"')


def _join(values: list[tuple[int, bool, bytes]]) -> str:
    """The text of one parameter, which may come in numbered pieces, some of them percent-encoded."""
    values = sorted(values, key=lambda piece: piece[0])
    if not any(encoded for _, encoded, _ in values):
        return decode_words(b"".join(value for _, _, value in values) if values[-1][0] else values[0][2])
    charset = ""
    joined = []
    for index, encoded, value in values:
        if encoded and index == 0 and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("latin-1")
        joined.append(unquote_to_bytes(value) if encoded else value)
    return decode(b"".join(joined), charset)
