"""All topics as a tree, read in one query: there are tens of them, never thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import reading
from hookdesk_topics.models import Topic

MOST_TOPICS = 500
PREFIX = "topics:"


@dataclass(frozen=True, slots=True)
class Node:
    """A topic with what it has from those above it: an own department or priority goes before theirs, while one that is switched
    off or not public hides all below it.
    """

    id: int
    parent_id: int | None
    path: tuple[str, ...]
    own_department_id: int | None
    own_priority_id: int | None
    department_id: int | None
    priority_id: int | None
    is_public: bool
    is_active: bool
    own_public: bool
    own_active: bool
    position: int
    intro: str

    @property
    def ref(self) -> str:
        """What a ticket keeps."""
        return f"{PREFIX}{self.id}"

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path[-1]

    @property
    def label(self) -> str:
        """The whole path in one line."""
        return " › ".join(self.path)

    @property
    def level(self) -> int:
        """1 at the top."""
        return len(self.path)


def nodes() -> list[Node]:
    """Every topic, those below another right after it, by position and name."""
    rows = reading().all(
        select(*Topic.__table__.columns).order_by(Topic.position, Topic.name, Topic.id).limit(MOST_TOPICS)
    )
    below: dict[int | None, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    return list(_walk(below, below[None], None))


def _walk(below: dict[int | None, list[Row[Any]]], rows: Sequence[Row[Any]], parent: Node | None) -> Iterator[Node]:
    """The rows as nodes, each with all below it."""
    for row in rows:
        node = Node(
            id=row.id,
            parent_id=row.parent_id,
            path=(*(parent.path if parent else ()), row.name),
            own_department_id=row.department_id,
            own_priority_id=row.priority_id,
            department_id=row.department_id or (parent.department_id if parent else None),
            priority_id=row.priority_id or (parent.priority_id if parent else None),
            is_public=row.is_public and (parent is None or parent.is_public),
            is_active=row.is_active and (parent is None or parent.is_active),
            own_public=row.is_public,
            own_active=row.is_active,
            position=row.position,
            intro=row.intro,
        )
        yield node
        yield from _walk(below, below[row.id], node)


def by_ref(ref: str) -> Node | None:
    """The topic that a reference names; None if it is gone or the reference is not ours."""
    if not ref.startswith(PREFIX):
        return None
    return next((node for node in nodes() if node.ref == ref), None)


def is_below(found: Sequence[Node], topic_id: int, above_id: int) -> bool:
    """True if a topic is `above_id` itself or lies somewhere below it."""
    parents = {node.id: node.parent_id for node in found}
    current: int | None = topic_id
    while current is not None:
        if current == above_id:
            return True
        current = parents.get(current)
    return False


def height(found: Sequence[Node], topic_id: int) -> int:
    """How many levels a topic and all below it take."""
    own = next((node.level for node in found if node.id == topic_id), 1)
    return max((node.level for node in found if is_below(found, node.id, topic_id)), default=own) - own + 1
