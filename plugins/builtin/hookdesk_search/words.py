"""What somebody typed, as words: split like the index splits text, so that a query cannot miss by punctuation."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 12
MOST_CHARACTERS = 200
_WORD = re.compile(r"[^\W_]+")
# Scripts that write without spaces: the index holds each of their characters as a word of its own.
_SPACELESS = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f])")


def spaced(text: str) -> str:
    """Text for the index: characters of scripts without spaces stand apart."""
    return _SPACELESS.sub(r" \1 ", text)


def terms(typed: str) -> list[list[str]]:
    """The words to look for; each is a list of tokens that stand side by side (one, but for scripts without spaces)."""
    found = []
    for word in _WORD.findall(unicodedata.normalize("NFC", typed[:MOST_CHARACTERS]))[:MOST_WORDS]:
        tokens = spaced(word).split()
        if tokens:
            found.append(tokens)
    return found


def without_accents(text: str) -> str:
    """Text as both indexes should see it: PostgreSQL's "simple" keeps accents, SQLite's unicode61 drops them."""
    if text.isascii():
        return text
    return "".join(
        char for char in unicodedata.normalize("NFD", text) if char < "\u0300" or not unicodedata.combining(char)
    )
