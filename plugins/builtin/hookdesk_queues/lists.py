"""The queues of one agent, as the desk takes them: conditions put together once, and kept until a queue changes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as member
from itertools import count
from typing import Any

from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from hookdesk.api import Actor, Field, Group, Mode, cached, criteria, listing
from hookdesk_desk.layout import Layout
from hookdesk_desk.queues import Queue, QueueSet, QuickFilter
from hookdesk_queues import fields, quick, showing, sorting, tree, wording
from hookdesk_queues.tree import Node

_serials = count()


@dataclass(frozen=True, slots=True)
class StoredQueue(Queue):
    """A queue of the table for one agent. `serial` is new each time that it is put together."""

    id: int = 0
    where: tuple[ColumnElement[bool], ...] = member(default=(), compare=False)
    columns: tuple[Mapping[str, Any], ...] = member(default=(), compare=False)
    styles: tuple[Mapping[str, Any], ...] = member(default=(), compare=False)
    sorts: tuple[str, ...] = ()
    narrows_by: str = ""
    export: tuple[str, ...] = ()
    is_own: bool = False
    serial: int = 0

    def conditions(self, actor: Actor) -> tuple[ColumnElement[bool], ...]:
        """What its tickets meet besides the state."""
        return self.where

    def sense(self) -> Hashable:
        """Stands for its state and conditions."""
        return self.serial

    def order(self, name: str) -> listing.Sort | None:
        """The order of that name: every one is open to every queue."""
        return sorting.order(name)

    def orders(self, now: str) -> Mapping[str, str]:
        """The orders that the menu offers, the usual one first, with the present one."""
        names = dict.fromkeys([self.usual, *(self.sorts or sorting.words()), now])
        return {name: label for name in names if (label := sorting.label(name))}

    def quick(self, actor: Actor) -> QuickFilter | None:
        """The menu of the field that narrows it."""
        return quick.menu(self.narrows_by, actor) if self.narrows_by else None

    def change(self) -> tuple[str, str]:
        """The form of a queue of one's own, or one's own columns of one of everybody."""
        if self.is_own:
            return _("Change"), url_for("queues.own_edit", queue_id=self.id)
        return _("Columns"), url_for("queues.columns", queue_id=self.id)

    def layout(self, actor: Actor, rows: Sequence[Any], address: tuple[str, str]) -> Layout | None:
        """Its columns, styles and marks."""
        return showing.layout(actor, rows, self.columns, self.styles, address)


def of(actor: Actor) -> QueueSet | None:
    """The queues of an agent, and which comes first; None if there is none for them: then the desk has its own."""
    key = (actor.agent_id, actor.timezone, sorted(actor.teams), sorted(actor.departments), str(get_locale()))
    return cached(f"queues.of.{key}", lambda: _made(actor))


def _made(actor: Actor) -> QueueSet | None:
    """Put them together."""
    known, forest = fields.asked(), tree.kept()
    nodes = [*forest.of(None), *(forest.of(actor.agent_id) if actor.agent_id is not None else ())]
    found = [queue for node in nodes if node.is_active for queue in [_queue(node, forest, actor, known)] if queue]
    if not found:
        return None
    wanted = forest.firsts.get(actor.agent_id or 0)
    first = next((queue.key for queue in found if queue.id == wanted), found[0].key)
    return QueueSet(found, first)


def group_of(node: Node, known: Mapping[str, Field]) -> Group:
    """All conditions of a queue.

    Raises:
        CriteriaProblem: a field that they name is gone, or not there yet.
    """
    parts = [criteria.load(data, known, is_stored=True) for data in node.conditions]
    return parts[0] if len(parts) == 1 else Group(Mode.ALL, tuple(part for part in parts if part.parts))


def _queue(node: Node, forest: tree.Forest, actor: Actor, known: Mapping[str, Field]) -> StoredQueue | None:
    """One queue; None if its conditions cannot be asked."""
    try:
        group = group_of(node, known)
    except criteria.CriteriaProblem:
        return None
    own = forest.choices.get((actor.agent_id or 0, node.id))
    is_own = node.own.agent_id is not None
    wanted = own.sort if own and own.sort and sorting.order(own.sort) else node.sort
    contains = wording.where(node.words)
    if contains is None:
        return None
    asked = criteria.where(criteria.resolved(group, known, actor, is_kept=True), known)
    return StoredQueue(
        key=node.key, label=node.label, icon=node.own.icon or "list", state=node.state, group=_("Personal") if is_own else "",
        usual=wanted if sorting.order(wanted) else "activity", is_bounded=not (contains or fields.is_quick(group, known, node.state)),
        is_listed=bool(contains) or fields.is_listed(group, known), is_counted=not contains,
        level=1 if is_own and node.above and node.above.own.agent_id is None else node.level,
        id=node.id, where=(*contains, *([asked] if group.parts else [])),
        columns=tuple(own.columns if own and own.columns else node.columns), styles=tuple(node.styles),
        sorts=tuple(node.sorts), narrows_by=node.own.quick, export=tuple(node.export), is_own=is_own,
        serial=next(_serials),
    )  # fmt: skip
