"""Full text on SQLite (FTS5) and on PostgreSQL (tsvector): a SELECT of ticket ids, newest first, at most 5,000."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, column, func, literal_column, select, table, text

from hookdesk.api import fulltext
from hookdesk_search import services
from hookdesk_search.models import Document

MOST = 5_000
"""The newest matches that a search looks through; a page that reached it says so."""


class Fts5Backend:
    """SQLite's FTS5: walks the index from the newest document, so even a common word costs no more than its first page."""

    name = "fts5"

    def matching(self, dialect: str, words: str, include_notes: bool) -> Select[Any] | None:
        """Ids of tickets that contain all words, the last one as a prefix."""
        found = fulltext.terms(words)
        if dialect != "sqlite" or not found:
            return None
        phrases = [f'"{" ".join(tokens)}"' for tokens in found]
        expression = " AND ".join(phrases) + "*"
        scoped = expression if include_notes else f"{{public}} : ({expression})"
        index = table("p_search__fts", column("rowid"))
        match = text("p_search__fts MATCH :search_words").bindparams(bindparam("search_words", scoped))
        return select(index.c.rowid.label("id")).where(match).order_by(index.c.rowid.desc()).limit(MOST)

    def rebuild(self, batch: int) -> int:
        """Index tickets that are missing."""
        return services.index_missing(batch)


class TsvectorBackend:
    """PostgreSQL's own full text with a GIN index."""

    name = "tsvector"

    def matching(self, dialect: str, words: str, include_notes: bool) -> Select[Any] | None:
        """Ids of tickets that contain all words, the last one as a prefix."""
        found = fulltext.terms(words)
        if dialect != "postgresql" or not found:
            return None
        query = " & ".join("(" + " <-> ".join(tokens) + ")" for tokens in found[:-1])
        last = " <-> ".join([*found[-1][:-1], f"{found[-1][-1]}:*"])
        asked = func.to_tsquery("simple", f"{query} & ({last})" if query else last)
        public = "left(p_search__document.public, 200000)"
        source = f"{public} || ' ' || left(p_search__document.notes, 200000)" if include_notes else public
        vector: Any = literal_column(f"to_tsvector('simple', {source})")
        return (
            select(Document.ticket_id.label("id"))
            .where(vector.op("@@")(asked))
            .order_by(Document.ticket_id.desc())
            .limit(MOST)
        )

    def rebuild(self, batch: int) -> int:
        """Index tickets that are missing."""
        return services.index_missing(batch)
