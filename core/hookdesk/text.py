"""Text that every database, page and mail can hold: the one place where odd characters are taken out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import NoneType
from typing import Any

_SURROGATE = re.compile(r"[\ud800-\udfff]")
# line and paragraph separators, and what turns the direction of all that follows; joiners are letters' business and stay
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN = frozenset({int, bool, float, bytes, datetime, NoneType})  # asked for each parameter of each statement
_NOT_IN_A_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def storable(value: Any) -> Any:
    """NUL, which PostgreSQL refuses, goes; lone surrogates, which UTF-8 cannot write, become U+FFFD; also inside lists and mappings."""
    kind = type(value)
    if kind is str:
        plain = value.replace("\x00", "")
        return plain if plain.isascii() else _SURROGATE.sub("\ufffd", plain)
    if kind is tuple or kind is list:
        return kind(map(storable, value))
    if kind not in _PLAIN and isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def clean_line(value: str | None) -> str:
    """One line: control characters become spaces, doubled spaces one. Also a filter for fields of forms."""
    return " ".join(_NOT_IN_A_LINE.sub(" ", value or "").split())


def clean_text(value: str | None) -> str:
    """Many lines: LF ends each, and NUL and its kind, which no database should hold, become spaces. Also a filter for fields of forms."""
    lines = (value or "").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_NOT_IN_A_TEXT.sub(" ", line).rstrip() for line in lines).strip("\n")


def no_formula(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula: one that would be gets an apostrophe (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
