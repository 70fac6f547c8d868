"""Words for full-text search: what is indexed, what somebody typed, and where it stands in a text, all split and folded the same way,
so that a query cannot miss by punctuation, accents or case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from markupsafe import Markup, escape

MOST_WORDS = 12
MOST_CHARACTERS = 200
EXCERPT, BEFORE = 200, 60
LONG, STEM = 6, 5
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\W_]+")
# What belongs together: words in quotes, and an address, whose parts would be found anywhere if they were looked for one by one.
_TYPED = re.compile(r'"([^"]*)"|(\S+@\S+)|([^\s"]+)')
# Scripts that write without spaces: the index holds each of their characters as a word of its own.
_SPACELESS = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0e7f])")


def spaced(text: str) -> str:
    """Text for the index: characters of scripts without spaces stand apart."""
    return _SPACELESS.sub(r" \1 ", text)


def without_accents(text: str) -> str:
    """Text as both indexes should see it: PostgreSQL's "simple" keeps accents, SQLite's unicode61 drops them."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_BASES)


class _Bases(dict[int, str]):
    """Letter → without its accents, for each letter that was ever seen."""

    def __missing__(self, code: int) -> str:
        """Look once."""
        return self.setdefault(code, _base(chr(code)))


_BASES = _Bases()


def _base(letter: str) -> str:
    """A letter without its accents. Where a script writes without spaces, marks are part of the letter: が is not か."""
    if _SPACELESS.match(letter):
        return letter
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))


def folded(text: str) -> str:
    """Text for the index: words without accents, and nothing between them. PostgreSQL would take an address or a file name for one word."""
    return _BETWEEN.sub(" ", spaced(without_accents(text)))


def terms(typed: str) -> list[list[str]]:
    """What to look for: each is a list of tokens that stand side by side. It is one word, or the words of a quoted phrase, the parts of an
    address, or letters of a script without spaces.
    """
    found: list[list[str]] = []
    for phrase, address, words in _TYPED.findall(without_accents(typed[:MOST_CHARACTERS])):
        together = _WORD.findall(spaced(phrase or address))
        found += [together] if together else [spaced(word).split() for word in _WORD.findall(words)]
    return [tokens[:MOST_WORDS] for tokens in found[:MOST_WORDS] if tokens]


def stem(word: str) -> str:
    """How a long word begins, without what may be its ending in one language or the other: "charging" and "charger" are "charg"."""
    return word if len(word) < LONG else word[: max(STEM, len(word) - 3)]


def marked(text: str, typed: str) -> Markup:
    """The text with every word marked (`<mark>`) that begins like one that was typed; everything else is escaped."""
    if place(text, typed) is None:
        return escape(text)
    plain, places = _plain(text)
    pattern = _pattern(typed)
    made, end = Markup(""), 0
    for found in pattern.finditer(plain) if pattern else ():
        start, stop = places[found.start()], places[found.end() - 1] + 1
        made += Markup("%s<mark>%s</mark>") % (text[end:start], text[start:stop])
        end = stop
    return made + escape(text[end:])


def excerpt(text: str, typed: str) -> Markup:
    """Some 200 characters around the first word that was found, marked; the beginning if none was."""
    text = " ".join(text.split())
    start = max(0, (place(text, typed) or 0) - BEFORE)
    if start:
        start = text.find(" ", start, start + BEFORE) + 1 or start
    end = start + EXCERPT
    if end < len(text):
        end = max(text.rfind(" ", end - BEFORE, end), 0) or end
    cut = marked(text[start:end], typed)
    return Markup("{}{}{}").format("… " if start else "", cut, " …" if end < len(text) else "")


def place(text: str, typed: str) -> int | None:
    """About where the first of the words stands, within a few letters; None if none does."""
    pattern = _pattern(typed)
    found = pattern.search(without_accents(text).casefold()) if pattern else None
    return found.start() if found else None


def _plain(text: str) -> tuple[str, list[int]]:
    """Text without case and accents, and for each of its letters the place where it stood."""
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        base = _BASES[ord(letter)].casefold()
        letters += base
        places += [at] * len(base)
    return "".join(letters), places


@lru_cache(maxsize=64)
def _pattern(typed: str) -> re.Pattern[str] | None:
    """Finds what was typed: at the beginning of a word, or anywhere in scripts without spaces."""
    parts = []
    for tokens in terms(typed.casefold()):
        if len(tokens) > 1:
            parts.append(r"[\W_]*".join(map(re.escape, tokens)))
        elif _SPACELESS.match(tokens[0]):
            parts.append(re.escape(tokens[0]))
        else:
            parts.append(rf"(?<![^\W_]){re.escape(stem(tokens[0]))}[^\W_]*")
    return re.compile("|".join(parts)) if parts else None
