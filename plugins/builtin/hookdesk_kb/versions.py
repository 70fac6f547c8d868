"""Versions of an article: the list of them, and what changed between two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import NotFound, html_to_text, reading
from hookdesk_kb.models import ArticleText, Version

MOST = 200
MOST_COMPARED = 2000
"""Lines of two texts, and words of two blocks, that are compared one by one; of longer ones the whole is told as changed."""
_WORDS = re.compile(r"\s+|[^\s]+")


def listed(article_id: int, locale: str) -> Sequence[Row[Any]]:
    """The versions in one language, the newest first."""
    asked = select(Version.number, Version.title, Version.author, Version.made_at)
    mine = asked.where(Version.article_id == article_id, Version.locale == locale)
    return reading().all(mine.order_by(Version.number.desc()).limit(MOST))


def one(article_id: int, locale: str, number: int | None = None) -> Row[Any] | None:
    """A version; the newest one unless a number is given."""
    asked = select(*Version.__table__.columns).where(Version.article_id == article_id, Version.locale == locale)
    if number is not None:
        asked = asked.where(Version.number == number)
    return reading().first(asked.order_by(Version.number.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: "same", "added" or "removed"."""

    kind: str
    text: str


def difference(article_id: int, locale: str, old: int, new: int) -> dict[str, list[list[Piece]]]:
    """What changed: field → its lines, each in pieces; only fields that differ, and of long texts only lines near a change.

    Raises:
        NotFound: there is no such version.
    """
    before, after = one(article_id, locale, old), one(article_id, locale, new)
    if before is None or after is None:
        raise NotFound("no such version")
    texts = {name: (getattr(before, name), getattr(after, name)) for name in ("title", "summary", "keywords")}
    texts["html"] = (html_to_text(before.html), html_to_text(after.html))
    found = {name: list(_lines(*pair)) for name, pair in texts.items() if pair[0] != pair[1]}
    if before.html != after.html and "html" not in found:
        found["html"] = []
    return found


def _lines(before: str, after: str) -> Iterator[list[Piece]]:
    """Lines that differ, with one that is the same on either side."""
    old, new = before.splitlines(), after.splitlines()
    if max(len(old), len(new)) > MOST_COMPARED:
        yield [Piece("removed", before), Piece("added", after)]
        return
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1):
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from ([Piece("same", line)] for line in old[a:b])
            else:
                yield from _changed("\n".join(old[a:b]), "\n".join(new[c:d]))


def _changed(before: str, after: str) -> Iterator[list[Piece]]:
    """Lines that became others, word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_COMPARED:
        yield [Piece("removed", before), Piece("added", after)]
        return
    pieces = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
            continue
        pieces += [Piece(kind, "".join(words)) for kind, words in (("removed", old[a:b]), ("added", new[c:d])) if words]
    yield pieces


def live(article_id: int, locale: str) -> int:
    """The number of the version that readers see; 0 if there is none."""
    mine = (ArticleText.article_id == article_id, ArticleText.locale == locale)
    return reading().scalar(select(ArticleText.version).where(*mine)) or 0
