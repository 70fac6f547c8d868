"""Outlook's winmail.dat (TNEF): the files and the body in it. Specification: [MS-OXTNEF], of which only what a reader of mail needs.

Nothing is trusted: each length is held against what is there, and all loops are bounded by the size of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from hookdesk.api import InboundFile
from hookdesk_email_in.charsets import decode
from hookdesk_email_in.words import one_line

TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_SIGNATURE = 0x223E9F78
_BODY, _TITLE, _DATA, _RENDERING, _PROPERTIES, _OF_ATTACHMENT, _CODEPAGE = (
    0x800C, 0x8010, 0x800F, 0x9002, 0x9003, 0x9005, 0x9007,
)  # fmt: skip
_TEXT, _HTML, _OBJECT, _LONG_NAME, _MIME_TYPE, _CONTENT_ID = 0x1000, 0x1013, 0x3701, 0x3707, 0x370E, 0x3712
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE, _UNICODE, _MULTIPLE, _NAMED = (0x0D, 0x1E, 0x1F, 0x102), 0x1F, 0x1000, 0x8000
_MOST = 2000
_MOST_FILES = 200
_MOST_DEPTH = 5
_GUID_BYTES = 16
_MOST_ATTRIBUTES = 10 * _MOST_FILES


@dataclass(slots=True)
class Unpacked:
    """What a winmail.dat holds."""

    text: str = ""
    html: str = ""
    files: list[InboundFile] = field(default_factory=list)


def unpack(content: bytes, depth: int = 0) -> Unpacked | None:
    """What is in a file, as far as it can be read; None if it is no TNEF or holds nothing of use. `depth` counts the mails around it."""
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return None
    found, charset = Unpacked(), "cp1252"
    parts: list[dict[int, bytes | str]] = []
    for name, data in _attributes(content):
        if name == _CODEPAGE and len(data) >= 4:
            charset = f"cp{struct.unpack_from('<I', data)[0]}"
        elif name == _BODY:
            found.text = found.text or _text(data, charset)
        elif name == _PROPERTIES:
            told = dict(_properties(data, charset))
            found.text = found.text or _as_text(told.get(_TEXT, ""), charset)
            found.html = _as_text(told.get(_HTML, ""), charset)
        elif name == _RENDERING and len(parts) < _MOST_FILES:
            parts.append({})
        elif name == _OF_ATTACHMENT and parts:
            parts[-1].update(_properties(data, charset))
        elif name in (_TITLE, _DATA) and parts:
            parts[-1][name] = _text(data, charset) if name == _TITLE else bytes(data)
    found.files = [file for part in parts for file in _files(part, depth)]
    return found if found.files or found.text or found.html else None


def _attributes(content: bytes) -> Iterator[tuple[int, memoryview]]:
    """Name and data of each attribute: level, name, type, length, data, checksum."""
    view, at = memoryview(content), 6
    for _ in range(_MOST_ATTRIBUTES):
        if at + 11 > len(view):
            return
        name, _, length = struct.unpack_from("<HHI", view, at + 1)
        if at + 9 + length > len(view):
            return
        yield name, view[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _properties(data: memoryview, charset: str) -> Iterator[tuple[int, bytes | str]]:
    """The MAPI properties that are text or bytes, the first value of each."""
    try:
        at = 4
        for _ in range(min(struct.unpack_from("<I", data)[0], _MOST)):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _after_name(data, at + 4) if name >= _NAMED else at + 4
            count = 1
            if kind & _MULTIPLE or kind & 0xFFF in _VARIABLE:
                count, at = struct.unpack_from("<I", data, at)[0], at + 4
            kind &= 0xFFF
            if kind not in _VARIABLE:
                at += _SIZES[kind] * count
                continue
            for number in range(min(count, _MOST)):
                length, at = struct.unpack_from("<I", data, at)[0], at + 4
                if not number and at + length <= len(data):
                    value = data[at : at + length]
                    yield name, _text(value, "utf-16-le") if kind == _UNICODE else bytes(value)
                at += length + -length % 4
    except (struct.error, KeyError):
        return  # broken, or a kind that nobody knows the length of


def _after_name(data: memoryview, at: int) -> int:
    """Where the name of a named property ends: a GUID, then a number or a padded string."""
    kind, number = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (number + -number % 4 if kind else 0)


def _files(part: dict[int, bytes | str], depth: int) -> list[InboundFile]:
    """The file of an attachment. One that is a mail in itself is as many files as that holds, its words the first of them."""
    data, mail = part.get(_DATA), part.get(_OBJECT)
    if isinstance(data, bytes):
        return [_file(part, data)]
    if not isinstance(mail, bytes):
        return []
    inner = unpack(mail[_GUID_BYTES:], depth + 1) if depth < _MOST_DEPTH else None
    if inner is None:
        return [_file(part, mail)]
    kind, suffix = ("text/html", "html") if inner.html else ("text/plain", "txt")
    words = (inner.html or inner.text).encode()
    name = one_line(_name(part).replace("/", "_").replace("\\", "_"))[:200] or "message"
    return ([InboundFile(f"{name}.{suffix}", kind, words)] if words else []) + inner.files


def _name(part: dict[int, bytes | str]) -> str:
    return _as_text(part.get(_LONG_NAME) or part.get(_TITLE, ""), "cp1252")


def _file(part: dict[int, bytes | str], content: bytes) -> InboundFile:
    name = _name(part)
    kind = _as_text(part.get(_MIME_TYPE, ""), "ascii").lower()
    content_type = (
        kind if kind.isascii() and kind.count("/") == 1 and kind.isprintable() else "application/octet-stream"
    )
    content_id = one_line(_as_text(part.get(_CONTENT_ID, ""), "ascii"))[:990].strip("<>")
    return InboundFile(one_line(name.replace("/", "_").replace("\\", "_"))[:255], content_type, content, content_id)


def _as_text(value: bytes | str, charset: str) -> str:
    return value.rstrip("\0") if isinstance(value, str) else _text(memoryview(value), charset)


def _text(data: memoryview, charset: str) -> str:
    return decode(bytes(data), charset).rstrip("\0")
