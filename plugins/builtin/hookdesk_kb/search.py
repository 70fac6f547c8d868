"""Full text over articles: FTS5 on SQLite, tsvector on PostgreSQL; the best match first, one hit an article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, bindparam, column, func, literal_column, select, table, text

from hookdesk.api import Actor, fulltext, reading
from hookdesk_kb import shelf
from hookdesk_kb.access import may_read, readable
from hookdesk_kb.models import Article, ArticleText, ArticleTopic, Document

MOST = 50
CANDIDATES = 300
"""So many of the best texts are looked at: an article in six languages is six of them."""
VECTOR = "p_kb__document.words"
"""PostgreSQL's words of a text, the title's weighing more (see migrations); SQLite has a table for them."""
NEAR = 0.3
"""Of what matches loosely, what comes to this part of the best one's score is worth showing."""
_FOUND: Any = select(ArticleText.article_id, ArticleText.locale).join(Article, Article.id == ArticleText.article_id)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article, and the language in which it matched; the higher `score`, the better."""

    article_id: int
    locale: str
    score: float


def find(actor: Actor, typed: str, topic: str = "", most: int = MOST, *, loosely: bool = False) -> list[Hit]:
    """What the actor may read of what matches: all the words, or `loosely` any of them. `topic` keeps to articles of a help topic."""
    asked = _matching(reading().dialect, typed, loosely)
    if asked is None or not may_read(actor):
        return []
    asked = asked.where(readable(actor))
    if topic:
        asked = asked.where(Article.id.in_(select(ArticleTopic.article_id).where(ArticleTopic.topic_ref == topic)))
    rows = reading().all(asked.limit(CANDIDATES))
    least = NEAR * rows[0].score if loosely and rows else 0.0
    return _one_each(rows, least, most)


def find_somehow(actor: Actor, typed: str, topic: str = "", most: int = MOST) -> tuple[list[Hit], bool]:
    """What has all the words; if nothing has, what has some of them, and True."""
    found = find(actor, typed, topic, most)
    if found or len(fulltext.terms(typed)) < 2:
        return found, False
    return find(actor, typed, topic, most, loosely=True), True


def _one_each(rows: Sequence[Any], least: float, most: int) -> list[Hit]:
    """One hit an article that scores so much, in the best of the languages in which it matched, at the place of the best match."""
    scores: dict[int, dict[str, float]] = {}
    for row in rows:
        scores.setdefault(row.article_id, {})[row.locale] = row.score
    wanted = shelf.preferred()
    found = [(article_id, texts, max(texts.values())) for article_id, texts in scores.items()]
    telling = [one for one in found if one[2] >= least][:most]
    return [Hit(article_id, shelf.best(texts, wanted), score) for article_id, texts, score in telling]


def _matching(dialect: str, typed: str, loosely: bool) -> Select[Any] | None:
    """The query of this database; None if nothing can be looked for."""
    phrases = _phrases(typed, loosely)
    if not phrases:
        return None
    if dialect == "sqlite":
        said = (" OR " if loosely else " AND ").join(_fts5(*phrase) for phrase in phrases)
        match = text("p_kb__fts MATCH :kb_words").bindparams(bindparam("kb_words", said))
        index = table("p_kb__fts", column("rowid"))
        score: Any = literal_column("-bm25(p_kb__fts, 8.0, 1.0)")
        found = _FOUND.join(index, index.c.rowid == ArticleText.id).where(match)
    else:
        said = (" | " if loosely else " & ").join(_tsquery(*phrase) for phrase in phrases)
        vector: Any = literal_column(VECTOR)
        query = func.to_tsquery("simple", said)
        score = func.ts_rank(vector, query)
        found = _FOUND.join(Document, Document.text_id == ArticleText.id).where(vector.op("@@")(query))
    scored: Select[Any] = found.add_columns(score.label("score")).order_by(score.desc(), ArticleText.id)
    return scored


Phrase = tuple[list[str], bool]


def _phrases(typed: str, loosely: bool) -> list[Phrase]:
    """What to look for: words that stand side by side, and whether the last one is a beginning.

    The end of a long word is left open, so that one that is bent otherwise is found all the same. Of a sentence that need not match as a
    whole, short words say little; of scripts without spaces, each two characters that meet are looked for.
    """
    found = fulltext.terms(typed)
    if loosely:
        found = [pair for word in found for pair in (_pairs(word) if len(word) > 2 else [word])]
        telling = [word for word in found if len(word) > 1 or len(word[0]) > 3]
        found = telling or found
    last = len(found) - 1
    return [_open(word, is_last=place == last) for place, word in enumerate(found)]


def _pairs(word: list[str]) -> list[list[str]]:
    """Each two neighbours."""
    return [list(pair) for pair in pairwise(word)]


def _open(word: list[str], *, is_last: bool) -> Phrase:
    """A word with its end open, if it is long or still being typed."""
    stem = fulltext.stem(word[0]) if len(word) == 1 else ""
    return ([stem], True) if stem and stem != word[0] else (word, is_last)


def _fts5(tokens: list[str], is_open: bool) -> str:
    """A phrase in FTS5's words."""
    return f'"{" ".join(tokens)}"{"*" if is_open else ""}'


def _tsquery(tokens: list[str], is_open: bool) -> str:
    """The same in PostgreSQL's."""
    *before, last = tokens
    return "(" + " <-> ".join([*before, f"{last}:*" if is_open else last]) + ")"
