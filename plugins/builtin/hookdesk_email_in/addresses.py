"""Address lists (RFC 5322 section 3.4), read as people and programs write them: commas, semicolons, groups, comments, rubbish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hookdesk_email_in.words import decode_words, one_line

_MAX_ADDRESSES = 1000
_MAX_BYTES = 200_000
_QUOTED = rb'"((?:[^"\\]|\\.){0,2000})"'
_COMMENT = rb"\(((?:[^()\\]|\\.|\((?:[^()\\]|\\.){0,500}\)){0,1000})\)"
# what may hold commas that separate nothing, then the separators
_TOKEN = re.compile(
    rb"=\?[^\s?]+\?[bBqQ]\?[^\r\n?]{0,1000}\?=|" + _QUOTED + rb"|" + _COMMENT + rb"|<[^<>]{0,2000}>|([,;:])", re.DOTALL
)
_QUOTED_OR_ANGLE = re.compile(_QUOTED + rb"|<([^<>]{0,2000})>", re.DOTALL)
_IN_QUOTES, _IN_PARENTHESES = re.compile(_QUOTED, re.DOTALL), re.compile(_COMMENT, re.DOTALL)
_SPACED_AT = re.compile(rb"\s+@\s*|\s*@\s+")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_BARE = re.compile(r"[^\s<>\"'(),;:\[\]@]+@(?:\[[^\s\]]+\]|[^\s<>\"'(),;:@\[\]]+)")
_QUOTED_LOCAL = re.compile(r"\"[^\"<>]+\"@[^\s<>\"(),;:@]+")


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: decoded name and bare address, either of which may be ""."""

    name: str
    address: str


def parse_addresses(raw: bytes, label: str = "") -> list[Address]:
    """The mailboxes of an address header, at most 1,000; rubbish without an address keeps its words as a name.

    `label` is the charset of raw 8-bit bytes.
    """
    found = []
    for chunk in _chunks(raw[:_MAX_BYTES]):
        mailbox = _mailbox(chunk, label)
        if mailbox.name or mailbox.address:
            found.append(mailbox)
        if len(found) == _MAX_ADDRESSES:
            break
    return found


def bare_address(text: str) -> str:
    """The first thing in `text` that looks like an address, "" if there is none."""
    found = _BARE.search(text.replace("mailto:", " ")) or _QUOTED_LOCAL.search(text)
    return one_line(found[0].strip(".")) if found else ""


def _chunks(raw: bytes) -> Iterator[bytes]:
    """The text of each mailbox: cut at commas and semicolons, without the names of groups ("team: a@b, c@d;")."""
    start = 0
    for token in _TOKEN.finditer(raw):
        separator = token[3]
        if not separator or (separator == b":" and b"@" in raw[start : token.start()]):
            continue
        if separator != b":" or raw[start : token.start()].strip().lower() == b"mailto":
            yield raw[start : token.start()]
        start = token.end()
    yield raw[start:]


def _mailbox(chunk: bytes, label: str) -> Address:
    angle = next((found for found in _QUOTED_OR_ANGLE.finditer(chunk) if found[2]), None)
    if angle:
        address = bare_address(decode_words(_SPACED_AT.sub(b"@", _IN_PARENTHESES.sub(b"", angle[2])), label))
        phrase = chunk[: angle.start()] if chunk[: angle.start()].strip() else chunk[angle.end() :]
        name = _name(phrase, label)
    elif quoted := _QUOTED_LOCAL.fullmatch(decode_words(chunk, label)):
        return Address("", quoted[0])
    else:
        name = _name(chunk, label)
        address = ""
    if not address and (address := bare_address(name)):
        name = name.replace(address, " ", 1).strip(" .")
    name = _unquoted(" ".join(name.strip(" \t<>").split())) or _comment(chunk, label)
    return Address("" if name.strip("'\"") == address else name, address)


def _unquoted(name: str) -> str:
    """A name without apostrophes around all of it, and without a quotation mark that has no other."""
    if name[:1] == name[-1:] == "'":
        return name.strip("'")
    return name.replace('"', "").strip() if name.count('"') == 1 else name


def _name(phrase: bytes, label: str) -> str:
    without_comments = _IN_PARENTHESES.sub(b" ", phrase) if b'"' not in phrase else phrase
    return decode_words(_IN_QUOTES.sub(lambda found: _ESCAPED.sub(rb"\1", found[1]), without_comments), label)


def _comment(chunk: bytes, label: str) -> str:
    found = _IN_PARENTHESES.search(chunk)
    return decode_words(_ESCAPED.sub(rb"\1", found[1]), label) if found else ""
