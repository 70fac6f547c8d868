"""All categories, and what is known of each article but for its words: read at once, kept by each process until one changes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from sqlalchemy import select

from hookdesk.api import cached, clock, reading
from hookdesk_kb.models import Article, ArticleText, ArticleTopic, Category, CategoryName
from hookdesk_kb.settings import main_language

MOST_CATEGORIES = 500
MOST_ARTICLES = 20_000
LONGEST_SLUG = 80
_BETWEEN = re.compile(r"[\W_]+")


def slug(title: str) -> str:
    """A title as the end of an address: for people, never looked at, so it may change with the title."""
    words = _BETWEEN.sub("-", unicodedata.normalize("NFC", title).casefold()).strip("-")
    return words[:LONGEST_SLUG].rstrip("-") or "-"


def preferred() -> list[str]:
    """The languages in which this reader likes articles best: the page's, then the site's."""
    return [str(get_locale() or "en"), main_language()]


@dataclass(frozen=True, slots=True)
class Said:
    """What an article is called in one language. `locale` is that language."""

    locale: str
    title: str
    summary: str
    updated_at: datetime

    @property
    def slug(self) -> str:
        """The end of its address."""
        return slug(self.title)

    @property
    def tag(self) -> str:
        """The language as HTML and addresses write it: pt-BR."""
        return self.locale.replace("_", "-")


@dataclass(frozen=True, slots=True)
class Item:
    """An article on the shelf; its counters are not here, for they move all the time."""

    id: int
    category_id: int
    locale: str
    state: str
    publish_at: datetime | None
    is_featured: bool
    texts: Mapping[str, Said]
    topics: frozenset[str]

    def said(self, locales: Sequence[str] = ()) -> Said:
        """In the first of the languages in which it exists, else in its own."""
        return self.texts[best(self.texts, [*(locales or preferred()), self.locale])]

    @property
    def is_published(self) -> bool:
        """True once requesters may see it, as far as the article itself goes."""
        return self.state == "published" and (self.publish_at is None or self.publish_at <= clock.now())


def best(texts: Mapping[str, Any], locales: Sequence[str]) -> str:
    """The first of the languages that is there; pt stands in for pt_BR."""
    for locale in locales:
        for code in (locale, locale.partition("_")[0]):
            if code in texts:
                return code
    return next(iter(texts))


@dataclass(frozen=True, slots=True)
class Node:
    """A category. What is not public above it holds for it too (`is_public`)."""

    id: int
    parent_id: int | None
    names: Mapping[str, tuple[str, str]]
    is_public: bool
    is_own_public: bool
    is_featured: bool
    position: int
    above: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the reader's language, or the site's."""
        return self.names[best(self.names, preferred() if len(self.names) > 1 else [])][0]

    @property
    def description(self) -> str:
        """Its description in the same language."""
        return self.names[best(self.names, preferred() if len(self.names) > 1 else [])][1]

    @property
    def slug(self) -> str:
        """The end of its address."""
        return slug(self.name)

    @property
    def level(self) -> int:
        """1 at the top."""
        return len(self.above) + 1


@dataclass(frozen=True, slots=True)
class Shelf:
    """Categories as a tree, those below another right after it; articles by the title in their own language."""

    nodes: Mapping[int, Node] = field(default_factory=dict)
    articles: Mapping[int, Item] = field(default_factory=dict)

    def path(self, category_id: int) -> list[Node]:
        """A category with all above it, the topmost first."""
        node = self.nodes[category_id]
        return [*(self.nodes[one] for one in node.above), node]

    def label(self, category_id: int) -> str:
        """The same in one line."""
        return " › ".join(node.name for node in self.path(category_id))


def kept() -> Shelf:
    """The shelf as each process keeps it: for portal and hooks, not for the page of what was just saved."""
    return cached("kb.shelf", read)


def read() -> Shelf:
    """The shelf as it is stored now."""
    return Shelf(_nodes(), _articles())


def _nodes() -> dict[int, Node]:
    """The tree."""
    below: dict[int | None, list[Any]] = defaultdict(list)
    columns = Category.__table__.columns
    for row in reading().all(select(*columns).order_by(Category.position, Category.name).limit(MOST_CATEGORIES)):
        below[row.parent_id].append(row)
    names: dict[int, dict[str, tuple[str, str]]] = defaultdict(dict)
    for row in reading().all(select(*CategoryName.__table__.columns)):
        names[row.category_id][row.locale] = (row.name, row.description)
    found: dict[int, Node] = {}
    waiting: list[tuple[Any, tuple[int, ...], bool]] = [(row, (), True) for row in reversed(below[None])]
    main = main_language()
    while waiting:
        row, above, is_public = waiting.pop()
        node = Node(
            row.id, row.parent_id, {main: (row.name, row.description), **names[row.id]}, is_public and row.is_public,
            row.is_public, row.is_featured, row.position, above,
        )  # fmt: skip
        found[node.id] = node
        waiting += [(one, (*above, node.id), node.is_public) for one in reversed(below[row.id])]
    return found


def _articles() -> dict[int, Item]:
    """Every article that has a text."""
    texts: dict[int, dict[str, Said]] = defaultdict(dict)
    said = select(
        ArticleText.article_id, ArticleText.locale, ArticleText.title, ArticleText.summary, ArticleText.updated_at
    )
    for row in reading().all(said):
        texts[row.article_id][row.locale] = Said(row.locale, row.title, row.summary, row.updated_at)
    topics: dict[int, set[str]] = defaultdict(set)
    for row in reading().all(select(ArticleTopic.article_id, ArticleTopic.topic_ref)):
        topics[row.article_id].add(row.topic_ref)
    rows = reading().all(
        select(
            Article.id, Article.category_id, Article.locale, Article.state, Article.publish_at, Article.is_featured
        ).limit(MOST_ARTICLES)
    )
    found = [
        Item(**row._mapping, texts=texts[row.id], topics=frozenset(topics[row.id])) for row in rows if row.id in texts
    ]
    found.sort(key=lambda one: one.said([one.locale]).title.casefold())
    return {one.id: one for one in found}
