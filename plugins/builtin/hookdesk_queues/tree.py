"""All queues as a tree, with what each takes from those above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from hookdesk.api import cached, reading
from hookdesk_queues.models import Choice, First, Queue
from hookdesk_queues.shipped import WORDS


@dataclass(frozen=True, slots=True)
class Node:
    """A queue; `own` is its row."""

    own: Row[Any]
    above: Node | None

    @property
    def id(self) -> int:
        """Its id."""
        number: int = self.own.id
        return number

    @property
    def key(self) -> str:
        """What stands in its address."""
        return self.own.key or f"queue-{self.own.id}"

    @property
    def label(self) -> str:
        """Its title, or the words of one that ships with Hookdesk."""
        return self.own.title or str(WORDS.get(self.own.key, self.key))

    @property
    def level(self) -> int:
        """1 at the top."""
        return self.above.level + 1 if self.above else 1

    @property
    def is_active(self) -> bool:
        """True while neither it nor one above is switched off."""
        return self.own.is_active and (self.above is None or self.above.is_active)

    @property
    def state(self) -> str:
        """The state of its tickets: that of the one above whose conditions it takes."""
        above = self._giver("conditions")
        return above.state if above else str(self.own.state)

    @property
    def conditions(self) -> list[Mapping[str, Any]]:
        """All conditions that hold together, as JSON."""
        above = self._giver("conditions")
        return [*(above.conditions if above else []), self.own.conditions]

    @property
    def words(self) -> list[str]:
        """All words that its tickets contain."""
        above = self._giver("conditions")
        return [*(above.words if above else []), *([self.own.words] if self.own.words else [])]

    @property
    def columns(self) -> Sequence[Mapping[str, Any]]:
        """Its columns; none for the usual ones."""
        found: Sequence[Mapping[str, Any]] = self._taken("columns", "columns")
        return found

    @property
    def styles(self) -> Sequence[Mapping[str, Any]]:
        """Its styles, those of the one above first."""
        above = self._giver("columns")
        return [*(above.styles if above else []), *self.own.styles]

    @property
    def sort(self) -> str:
        """Its usual order."""
        return str(self.own.sort or self._taken("sorts", "sort") or "activity")

    @property
    def sorts(self) -> Sequence[str]:
        """The orders that its menu offers; none for the usual ones."""
        found: Sequence[str] = self._taken("sorts", "sorts")
        return found

    @property
    def export(self) -> Sequence[str]:
        """The columns of its exports; none for those that it shows."""
        found: Sequence[str] = self._taken("export", "export")
        return found

    def _giver(self, aspect: str) -> Node | None:
        """The queue above, if this one takes that from it."""
        return self.above if aspect in self.own.inherits else None

    def _taken(self, aspect: str, name: str) -> Any:
        """What the queue above has, or its own."""
        above = self._giver(aspect)
        return getattr(above, name) if above else getattr(self.own, name)


@dataclass(frozen=True, slots=True)
class Forest:
    """Every queue of the site in its order, and what agents chose: (agent, queue) → their row, agent → id of their first queue."""

    nodes: Sequence[Node]
    choices: Mapping[tuple[int, int], Row[Any]]
    firsts: Mapping[int, int]

    def of(self, agent_id: int | None) -> list[Node]:
        """The queues of everybody, or those of one agent."""
        return [node for node in self.nodes if node.own.agent_id == agent_id]

    def node(self, queue_id: int | None) -> Node | None:
        """The queue of that id."""
        return next((node for node in self.nodes if node.id == queue_id), None)


def kept() -> Forest:
    """What each process keeps until somebody changes a queue."""
    return cached("queues.forest", forest)


def forest() -> Forest:
    """The same as it is now: for pages on which somebody changes it."""
    below: dict[int | None, list[Row[Any]]] = defaultdict(list)
    rows = reading().all(select(*Queue.__table__.columns).order_by(Queue.position, Queue.id))
    for row in rows:
        below[row.parent_id].append(row)
    choices = reading().all(select(*Choice.__table__.columns))
    firsts = reading().all(select(First.agent_id, First.queue_id))
    return Forest(
        list(_walk(below, None)),
        {(row.agent_id, row.queue_id): row for row in choices},
        {row.agent_id: row.queue_id for row in firsts},
    )


def _walk(below: Mapping[int | None, list[Row[Any]]], above: Node | None) -> Iterator[Node]:
    """Each queue with all below it."""
    for row in below.get(above.id if above else None, []):
        node = Node(row, above)
        yield node
        yield from _walk(below, node)
