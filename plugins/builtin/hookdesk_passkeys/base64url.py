"""Bytes as WebAuthn writes them: base64url without padding (RFC 4648 §5)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(data: bytes) -> str:
    """The text."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """The bytes.

    Raises:
        ValueError: the text is no base64.
    """
    return urlsafe_b64decode(f"{text}===")
