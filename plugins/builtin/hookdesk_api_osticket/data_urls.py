"""Data URLs (RFC 2397), as osTicket's clients write them: `data:image/png;base64,…`. Text without `data:` stands for itself.

Like osTicket, and unlike a browser, what follows the comma is taken as it is: clients send "100% sure" and mean it.
"""

from __future__ import annotations

import base64
import binascii
import codecs
from dataclasses import dataclass

BAD_BASE64 = "Poorly encoded base64 data"
PLAIN = "text/plain"


@dataclass(frozen=True, slots=True)
class DataUrl:
    """The parts of a data URL."""

    content_type: str
    charset: str
    is_base64: bool
    data: str

    def content(self) -> bytes:
        """The bytes that it stands for.

        Raises:
            ValueError: its base64 is none.
        """
        return decode(self.data) if self.is_base64 else self.data.encode(_codec(self.charset), "replace")

    def text(self) -> str:
        """The text that it stands for. What is not base64 is text already, in whatever charset the client thinks of.

        Raises:
            ValueError: its base64 is none.
        """
        if not self.is_base64:
            return self.data
        content = decode(self.data)
        try:
            return content.decode(_codec(self.charset))
        except UnicodeDecodeError:
            return content.decode("latin-1")


def parse(value: str) -> DataUrl:
    """The parts of a data URL, or of plain text."""
    if not value.startswith("data:"):
        return DataUrl(PLAIN, "", False, value)
    meta, _, data = value[5:].partition(",")
    content_type, *parameters = (part.strip() for part in meta.split(";"))
    charset = next((part[8:] for part in parameters if part.lower().startswith("charset=")), "")
    is_base64 = any(part.lower() == "base64" for part in parameters)
    return DataUrl(content_type.lower() or PLAIN, charset.strip("\"' "), is_base64, data)


def decode(data: str) -> bytes:
    """Base64, strictly: white space may stand anywhere and padding may be absent, anything else is an error.

    Raises:
        ValueError: it is no base64.
    """
    plain = "".join(data.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(BAD_BASE64) from None


def _codec(charset: str) -> str:
    """The charset if Python knows it as one of text, else UTF-8."""
    try:
        info = codecs.lookup(charset)
        "a".encode(info.name)  # base64 and its kind are codecs too, but of bytes
    except (LookupError, ValueError):
        return "utf-8"
    return info.name
