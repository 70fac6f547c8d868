"""Regular expressions in linear time, whatever the pattern and the text: RE2 has no backtracking, and what would need it is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

from hookdesk.text import storable

MOST_MEMORY = 1 << 20
"""Bytes that one compiled pattern may take; RE2 refuses what needs more."""
_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False
_OPTIONS.max_mem = MOST_MEMORY


class BadPattern(ValueError):
    """A text that is no regular expression, or one that RE2 does not have; the message is RE2's own."""


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Callable[[str], bool]:
    """A function that says whether the pattern is found anywhere in a text, ignoring case.

    Raises:
        BadPattern: it cannot be used.
    """
    if storable(pattern) != pattern:
        raise BadPattern("it holds what is no character")
    try:
        search = re2.compile(pattern, _OPTIONS).search
    except re2.error as error:
        said = error.args[0] if error.args else ""
        raise BadPattern(said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)) from None
    return lambda text: search(text.encode("utf-8", "replace")) is not None
