"""The one place that says who reads what of the knowledge base.

Agents read everything. Requesters and guests read what is published, from its moment on, in categories that are public with all above
them; where the settings restrict it, only those of them who are signed in. What somebody may not read looks like what is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from sqlalchemy import ColumnElement, and_, or_, true

from hookdesk.api import Actor, NotFound, clock
from hookdesk_kb import settings
from hookdesk_kb.models import Article
from hookdesk_kb.shelf import Item, Node, Shelf, kept

MANAGE = "kb.manage"


def may_read(actor: Actor) -> bool:
    """True unless the knowledge base is for people who are signed in, and this one is not."""
    return actor.is_system or actor.is_signed_in or not settings.current().is_restricted


@dataclass(frozen=True)
class Library:
    """What one actor may read: of a shelf, the part that is theirs."""

    shelf: Shelf
    actor: Actor
    has_all: bool = field(init=False)

    def __post_init__(self) -> None:
        """Find out which part."""
        object.__setattr__(self, "has_all", self.actor.is_agent or self.actor.is_system)

    @cached_property
    def articles(self) -> Sequence[Item]:
        """Every article that they may read, by title."""
        if self.has_all:
            return list(self.shelf.articles.values())
        return [one for one in self.shelf.articles.values() if self.reads(one)] if may_read(self.actor) else []

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """Every category that holds something for them; for agents, every category."""
        if self.has_all:
            return list(self.shelf.nodes.values())
        needed = {one for item in self.articles for one in self._with_above(item.category_id)}
        return [node for node in self.shelf.nodes.values() if node.id in needed]

    @cached_property
    def counts(self) -> Mapping[int, int]:
        """Category → how many articles lie in it or below it."""
        found: dict[int, int] = {}
        for item in self.articles:
            for one in self._with_above(item.category_id):
                found[one] = found.get(one, 0) + 1
        return found

    def within(self, category_id: int | None) -> list[Item]:
        """The articles of a category, those below it too; of all for None. Featured ones first."""
        found = [
            item for item in self.articles if category_id is None or category_id in self._with_above(item.category_id)
        ]
        return sorted(found, key=attrgetter("is_featured"), reverse=True)

    def reads(self, item: Item) -> bool:
        """True if they may read this article."""
        return self.has_all or (item.is_published and self.shelf.nodes[item.category_id].is_public)

    def article(self, article_id: int) -> Item:
        """An article.

        Raises:
            NotFound: there is none, or not for them.
        """
        found = self.shelf.articles.get(article_id)
        if found is None or not may_read(self.actor) or not self.reads(found):
            raise NotFound("no such article")
        return found

    def node(self, category_id: int) -> Node:
        """A category.

        Raises:
            NotFound: there is none, or nothing for them in it.
        """
        found = next((node for node in self.nodes if node.id == category_id), None)
        if found is None:
            raise NotFound("no such category")
        return found

    def _with_above(self, category_id: int) -> tuple[int, ...]:
        """A category's id, and those of all above it."""
        return (*self.shelf.nodes[category_id].above, category_id)


def library(actor: Actor) -> Library:
    """What the actor may read, of what each process keeps."""
    return Library(kept(), actor)


def readable(actor: Actor) -> ColumnElement[bool]:
    """The same as a condition on `Article`, for what the shelf does not hold. Who may read nothing is for the caller to turn away."""
    if actor.is_agent or actor.is_system:
        return true()
    public = [node.id for node in kept().nodes.values() if node.is_public]
    is_due = or_(Article.publish_at.is_(None), Article.publish_at <= clock.now())
    return and_(Article.state == "published", is_due, Article.category_id.in_(public))
