"""All topics as a tree, read at once: there are tens of them, never thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import Actor, reading
from hookdesk_topics.models import Audience, Topic, UnlistedDepartment

MOST_TOPICS = 500
PREFIX = "topics:"


@dataclass(frozen=True, slots=True)
class Node:
    """A topic with what it has from those above it: an own department or priority goes before theirs, while one that is switched
    off or not public hides all below it. `audiences`: for each of them that is restricted, the organizations that it is for.
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
    is_listed: bool
    own_restricted: bool
    audiences: tuple[frozenset[int], ...]

    def is_offered(self, actor: Actor) -> bool:
        """True if somebody may choose it. What is not public is offered to agents who may know of its department."""
        if not self.is_active or actor.is_system:
            return self.is_active
        if actor.is_agent:
            is_known = self.department_id in (None, *actor.departments) or actor.may("department.see_all")
            return self.is_public or is_known
        return self.is_public and self.is_listed and all(actor.organization_id in one for one in self.audiences)

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


_ALL = (
    select(*Topic.__table__.columns, UnlistedDepartment.department_id.is_(None).label("is_listed"))
    .outerjoin(UnlistedDepartment, UnlistedDepartment.department_id == Topic.department_id)
    .order_by(Topic.position, Topic.name, Topic.id)
    .limit(MOST_TOPICS)
)


def nodes() -> list[Node]:
    """Every topic, those below another right after it, by position and name."""
    rows = reading().all(_ALL)
    below: dict[int | None, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)
    audiences = _audiences() if any(row.is_restricted for row in rows) else {}
    return list(_walk(below, below[None], None, audiences))


def _audiences() -> dict[int, frozenset[int]]:
    """Topic → the organizations that it is for."""
    found: dict[int, set[int]] = defaultdict(set)
    for row in reading().all(select(Audience.topic_id, Audience.organization_id)):
        found[row.topic_id].add(row.organization_id)
    return {topic_id: frozenset(organizations) for topic_id, organizations in found.items()}


def _walk(
    below: dict[int | None, list[Row[Any]]],
    rows: Sequence[Row[Any]],
    parent: Node | None,
    audiences: dict[int, frozenset[int]],
) -> Iterator[Node]:
    """The rows as nodes, each with all below it."""
    for row in rows:
        own = (audiences.get(row.id, frozenset()),) if row.is_restricted else ()
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
            is_listed=row.is_listed if row.department_id or parent is None else parent.is_listed,
            own_restricted=row.is_restricted,
            audiences=(*(parent.audiences if parent else ()), *own),
        )
        yield node
        yield from _walk(below, below[row.id], node, audiences)


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
