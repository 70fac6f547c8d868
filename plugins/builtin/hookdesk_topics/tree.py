"""All topics as a tree, read at once: there are tens of them, never thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import Actor, cached, reading
from hookdesk_topics.models import Audience, Topic, UnlistedDepartment

MOST_TOPICS = 500
PREFIX = "topics:"


INHERITED = ("department_id", "priority_id", "status_id", "sla_ref", "number_ref", "thanks")


@dataclass(frozen=True, slots=True)
class Node:
    """A topic (`own`, its row) with what it has from those above it.

    `decides`: what it says about tickets and tells, by column; its own goes before theirs, an agent and a team together. What is switched
    off, not public or not answered above holds for all below. `audiences`: for each of them that is restricted, the organizations that it
    is for.
    """

    own: Row[Any]
    path: tuple[str, ...]
    decides: Mapping[str, Any]
    is_public: bool
    is_active: bool
    answers: bool
    is_listed: bool
    audiences: tuple[frozenset[int], ...]

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.own.id)

    @property
    def parent_id(self) -> int | None:
        """The id of the topic above; None at the top."""
        return None if self.own.parent_id is None else int(self.own.parent_id)

    @property
    def department_id(self) -> int | None:
        """The department that it leads to; None for the default one."""
        found: int | None = self.decides["department_id"]
        return found

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


def kept() -> list[Node]:
    """The same, kept by each process until somebody changes the set-up: for hooks, not for the page of what was just saved."""
    return cached("topics.nodes", nodes)


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
        audience = (audiences.get(row.id, frozenset()),) if row.is_restricted else ()
        node = Node(
            own=row,
            path=(*(parent.path if parent else ()), row.name),
            decides=_decides(row, parent.decides if parent else {}),
            is_public=row.is_public and (parent is None or parent.is_public),
            is_active=row.is_active and (parent is None or parent.is_active),
            answers=row.answers and (parent is None or parent.answers),
            is_listed=row.is_listed if row.department_id or parent is None else parent.is_listed,
            audiences=(*(parent.audiences if parent else ()), *audience),
        )
        yield node
        yield from _walk(below, below[row.id], node, audiences)


def _decides(row: Row[Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What a topic says, its own before that of the one above."""
    decides = {name: getattr(row, name) or above.get(name, getattr(row, name)) for name in INHERITED}
    who = row._mapping if row.assignee_id or row.team_id else above
    return {**decides, "assignee_id": who.get("assignee_id"), "team_id": who.get("team_id")}


def by_ref(ref: str) -> Node | None:
    """The topic that a reference names; None if it is gone or the reference is not ours."""
    if not ref.startswith(PREFIX):
        return None
    return next((node for node in kept() if node.ref == ref), None)


def default() -> Node | None:
    """The topic of tickets that come without one, while it is in use."""
    return next((node for node in kept() if node.own.is_default and node.is_active), None)


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
