"""Unstructured header text: raw bytes and encoded words (RFC 2047) to one line of text."""

from __future__ import annotations

import binascii
import re

from hookdesk_email_in.charsets import decode

# Wider than the RFC: spaces inside, none between words, a language (RFC 2231), "?" in Q text, a last word without its end.
# A word stops where the next begins, and its length is bounded, so that the time stays linear.
_WORD = re.compile(
    r"=\?([\w.:+$&/-]*)(?:\*[\w-]*)?\?([bBqQ])\?((?:(?!=\?[\w-]+\?[bBqQ]\?).){0,4000}?)(?:\?=|\??\Z)", re.DOTALL
)
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_MAX_LENGTH = 100_000
_LAYERS = 3


def decode_words(raw: bytes, label: str = "") -> str:
    """The text of a header value: one line, without control characters, storable. `label` is the charset of raw 8-bit bytes."""
    text = decode(raw[:_MAX_LENGTH], label)
    for _ in range(_LAYERS):  # some senders encode what is encoded already
        if "=?" not in text or not _WORD.search(text):
            break
        text = _decode_layer(text)
    return one_line(text.replace("\ufffd", "?"))  # what was lost on the way already; never ours


def one_line(text: str) -> str:
    """`text` without line ends and control characters: it may go into a header or a list."""
    return _CONTROL.sub(" ", text).strip()


def _decode_layer(text: str) -> str:
    """Decode each encoded word; neighbours of one charset are joined first, since characters are split across them."""
    out: list[str] = []
    pending, charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        neighbours = bool(at) and not between.strip()
        if not neighbours or found[1].lower() != charset:
            out.append(decode(pending, charset))
            pending = b""
        if not neighbours:
            out.append(between)
        charset = found[1].lower()
        pending += _word_bytes(found[2], found[3])
        at = found.end()
    return "".join([*out, decode(pending, charset), text[at:]])


def _word_bytes(kind: str, content: str) -> bytes:
    data = content.encode("utf-8", "ignore")
    if kind in "qQ":
        return binascii.a2b_qp(data, header=True)
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    return binascii.a2b_base64(letters[: len(letters) - (len(letters) % 4 == 1)] + b"==")
