"""What else is worth reading: of an article, and of the whole knowledge base."""

from __future__ import annotations

from collections.abc import Sequence

from hookdesk_kb import counting
from hookdesk_kb.access import Library
from hookdesk_kb.shelf import Item


def to(library: Library, item: Item, most: int = 5) -> list[Item]:
    """Articles of the same help topics, of the same category, and of words of the title, the nearest first."""
    words = _words(item)
    rated = [(_nearness(item, words, other), other) for other in library.articles if other.id != item.id]
    near = sorted((pair for pair in rated if pair[0]), key=lambda pair: (-pair[0], pair[1].id))
    return [other for _points, other in near[:most]]


def _nearness(item: Item, words: frozenset[str], other: Item) -> int:
    """Points."""
    same_place = other.category_id == item.category_id
    shared = len(item.topics & other.topics)
    return 3 * shared + 2 * same_place + len(words & _words(other)) if shared or same_place else 0


def _words(item: Item) -> frozenset[str]:
    """The telling words of a title."""
    return frozenset(word for word in item.said().title.casefold().split() if len(word) > 3)


def featured(library: Library, most: int = 5) -> list[Item]:
    """What somebody put first."""
    return [item for item in library.articles if item.is_featured][:most]


def popular(library: Library, most: int = 5, without: Sequence[Item] = ()) -> list[Item]:
    """What is read most."""
    known = {item.id: item for item in library.articles if item not in without}
    return [known[article_id] for article_id in counting.popular() if article_id in known][:most]
