"""Argon2id (RFC 9106). Hashing takes tens of milliseconds on purpose, so it happens outside every transaction."""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from hookdesk.api import site

PLACES = 2
"""How many threads of a process may check passwords at a time, so that a flood of attempts leaves threads to those who work."""
_places = BoundedSemaphore(PLACES)


class Crowded(RuntimeError):
    """All places are taken; whoever asks again in a moment finds one."""


@contextmanager
def place() -> Iterator[None]:
    """One of the places for checking a password.

    Raises:
        Crowded: there is none at the moment. Nobody waits for one, for waiting would hold a thread, too.
    """
    if not _places.acquire(blocking=False):
        raise Crowded
    try:
        yield
    finally:
        _places.release()


def make(password: str) -> str:
    """The hash to store."""
    return _hasher().hash(_normal(password))


def fits(password: str, stored: str | None) -> bool:
    """True if the password belongs to the stored hash. Without one it is always False, and takes as long."""
    try:
        _hasher().verify(stored or dummy(), _normal(password))
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """True if the hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(stored)


def dummy() -> str:
    """A hash with today's parameters that no password fits: what an unknown account is checked against."""
    hasher = _hasher()
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"


def _normal(password: str) -> str:
    """The same characters, however the keyboard composed them (NIST SP 800-63B §5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _hasher() -> PasswordHasher:
    """The hasher of this site."""
    return _made(site().config.testing)


@cache
def _made(cheap: bool) -> PasswordHasher:
    """19 MiB as OWASP asks for, and four passes, which take 50 ms: four threads at once stay within the memory of a small server."""
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID)
    return PasswordHasher(time_cost=4, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
