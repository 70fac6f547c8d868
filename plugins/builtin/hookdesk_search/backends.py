"""Full text on SQLite (FTS5) and on PostgreSQL (tsvector): a SELECT of ticket ids, newest first or best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, column, func, literal_column, select, table, text

from hookdesk.api import fulltext
from hookdesk_search import beginnings, missing
from hookdesk_search.models import Document

MOST = 5_000
"""The newest matches that a search looks through; a page that reached it says so."""
MOST_RANKED = 500
"""The newest matches that are put in order of how well they fit: ranking looks into each of them."""


class Fts5Backend:
    """SQLite's FTS5: walks the index from the newest document, so even a common word costs no more than its first page."""

    name = "fts5"

    def matching(self, dialect: str, words: str, include_notes: bool, soon: int = 0) -> Select[Any] | None:
        """Ids of tickets that contain all words, the last one as a prefix."""
        match = self._match(dialect, words, include_notes)
        return None if match is None else _newest(match).limit(soon or MOST)

    def ranked(self, dialect: str, words: str, include_notes: bool) -> Select[Any] | None:
        """Of the newest, best first: number, subject and requester count most, notes least."""
        match = self._match(dialect, words, include_notes)
        if match is None:
            return None
        weight: ColumnElement[float] = literal_column("bm25(p_search__fts, 10.0, 1.0, 0.7)")
        return _by_rank(_newest(match).add_columns(weight.label("rank")).limit(MOST_RANKED))

    def _match(self, dialect: str, words: str, include_notes: bool) -> TextClause | None:
        """The condition on the index."""
        found = fulltext.terms(words)
        if dialect != "sqlite" or not found:
            return None
        expression = " AND ".join([*map(_phrase, found[:-1]), _begun(found[-1])])
        scoped = expression if include_notes else f"{{head public}} : ({expression})"
        return text("p_search__fts MATCH :search_words").bindparams(bindparam("search_words", scoped, unique=True))

    def rebuild(self, batch: int) -> int:
        """Index tickets that are missing."""
        return missing.index(batch)


def _phrase(tokens: Sequence[str]) -> str:
    """Words side by side, as FTS5 writes them."""
    return f'"{" ".join(tokens)}"'


def _begun(tokens: Sequence[str]) -> str:
    """The same, the last of them perhaps no more than a word's beginning."""
    known = beginnings.words(tokens[-1])
    return f"({' OR '.join(_phrase([*tokens[:-1], word]) for word in known)})" if known else f"{_phrase(tokens)}*"


def _newest(match: TextClause) -> Select[Any]:
    """Documents that match, newest first."""
    index = table("p_search__fts", column("rowid"))
    return select(index.c.rowid.label("id")).where(match).order_by(index.c.rowid.desc())


def _by_rank(newest: Select[Any]) -> Select[Any]:
    """The same in the order of their rank."""
    inner = newest.subquery()
    return select(inner.c.id, inner.c.rank).order_by(inner.c.rank, inner.c.id.desc())


HEAD = "p_search__document.head"
PUBLIC = f"left({HEAD} || ' ' || p_search__document.public, 200000)"
"""As the indexes have it, letter for letter: else PostgreSQL would not use them."""
ALL = f"{PUBLIC} || ' ' || left(p_search__document.notes, 200000)"


class TsvectorBackend:
    """PostgreSQL's own full text with a GIN index, which knows no order: all matches are fetched and sorted.

    Of common words these are many, so a page begins with the newest documents, read one by one. Which of the two is quicker PostgreSQL
    would have to guess, and it guesses wrong: for a rare word it reads a million documents.
    """

    name = "tsvector"

    def matching(self, dialect: str, words: str, include_notes: bool, soon: int = 0) -> Select[Any] | None:
        """Ids of tickets that contain all words, the last one as a prefix."""
        asked = self._query(dialect, words)
        if asked is None:
            return None
        return _looked_at(asked, include_notes, soon) if soon else self._newest(asked, include_notes).limit(MOST)

    def ranked(self, dialect: str, words: str, include_notes: bool) -> Select[Any] | None:
        """Of the newest, best first: number, subject and requester count most."""
        asked = self._query(dialect, words)
        if asked is None:
            return None
        held = f"setweight(to_tsvector('simple', {HEAD}), 'A') || to_tsvector('simple', {ALL if include_notes else PUBLIC})"
        weight = -func.ts_rank(literal_column(held), asked)
        return _by_rank(self._newest(asked, include_notes).add_columns(weight.label("rank")).limit(MOST_RANKED))

    def _query(self, dialect: str, words: str) -> Any:
        """What is asked, as PostgreSQL's own type."""
        found = fulltext.terms(words)
        if dialect != "postgresql" or not found:
            return None
        query = " & ".join("(" + " <-> ".join(tokens) + ")" for tokens in found[:-1])
        last = " <-> ".join([*found[-1][:-1], f"{found[-1][-1]}:*"])
        return func.to_tsquery("simple", f"{query} & ({last})" if query else last)

    def _newest(self, asked: Any, include_notes: bool) -> Select[Any]:
        """Documents that match, newest first. They are ordered by what no index has: see above."""
        found = select(Document.ticket_id.label("id")).where(_vector(include_notes).op("@@")(asked))
        return found.order_by((Document.ticket_id + 0).desc())

    def rebuild(self, batch: int) -> int:
        """Index tickets that are missing."""
        return missing.index(batch)


def _vector(include_notes: bool) -> Any:
    """The words of a document, as an index has them."""
    return literal_column(f"to_tsvector('simple', {ALL if include_notes else PUBLIC})")


def _looked_at(asked: Any, include_notes: bool, soon: int) -> Select[Any]:
    """Which of the newest documents match, of twice as many as are wanted."""
    newest = select(Document).order_by(Document.ticket_id.desc()).limit(2 * soon).subquery("p_search__document")
    return select(newest.c.ticket_id.label("id")).where(_vector(include_notes).op("@@")(asked)).limit(soon)
