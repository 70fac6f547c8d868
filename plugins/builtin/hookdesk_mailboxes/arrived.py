"""When a message came to its server, by its own headers: for protocols that do not say."""

from __future__ import annotations

from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime

LONGEST = 100_000
"""Bytes that are looked at."""


def arrived_at(raw: bytes) -> datetime | None:
    """What the last server wrote into it (RFC 5321, section 4.4), else its own date; None if neither can be read."""
    headers = BytesHeaderParser(policy=compat32).parsebytes(raw[:LONGEST])
    received = headers.get_all("Received") or []
    found = [str(line).rpartition(";")[2] for line in received[:1]] + [str(headers.get("Date", ""))]
    return next((moment for moment in map(_moment, found) if moment is not None), None)


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(" ".join(text.split()))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
