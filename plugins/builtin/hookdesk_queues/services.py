"""Queues are written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Group, Organization, criteria, log, reading, transact
from hookdesk_queues import checking, tree
from hookdesk_queues.models import Choice, First, Queue, Vip
from hookdesk_queues.shipped import WORDS
from hookdesk_queues.values import INHERITED, Values


def save(actor: Actor, values: Values, queue_id: int | None = None, agent_id: int | None = None) -> int:
    """Store a new queue, of everybody or of one agent, or change one; its id.

    Raises:
        QueueProblem: something cannot be stored; nothing was.
        LookupError: there is no queue with that id, or it is not of that owner.
    """

    def work(session: Session) -> int:
        forest = tree.forest()
        checking.check(values, forest, queue_id, agent_id)
        queue = _new(session, agent_id) if queue_id is None else _owned(session, queue_id, agent_id)
        given = values.stored()
        if queue.key and given["title"] == str(WORDS.get(queue.key)):
            given["title"] = ""
        changes = {
            name: (getattr(queue, name), value) for name, value in given.items() if getattr(queue, name) != value
        }
        for name, value in given.items():
            setattr(queue, name, value)
        session.flush()
        if queue_id is None or changes:
            _tell(session, actor, queue, changes, "changed" if queue_id else "created")
        return queue.id

    return transact(work)


def save_personal(actor: Actor, title: str, conditions: Group, state: str = "", parent_id: int | None = None) -> int:
    """Keep conditions as a queue of the agent's own; its id.

    Raises:
        QueueProblem: it cannot be stored, and why.
    """
    inherits = INHERITED if parent_id is not None else ()
    values = Values(title, parent_id, state=state, inherits=inherits, conditions=criteria.dump(conditions))
    return save(actor, values, agent_id=actor.agent_id)


def _new(session: Session, agent_id: int | None) -> Queue:
    """A row behind the others."""
    last = session.scalar(select(func.max(Queue.position))) or 0
    queue = Queue(agent_id=agent_id, position=last + 1, conditions={})
    session.add(queue)
    return queue


def _owned(session: Session, queue_id: int, agent_id: int | None) -> Queue:
    """A queue of everybody, or of that agent alone."""
    queue = session.get(Queue, queue_id, with_for_update=True)
    if queue is None or queue.agent_id != agent_id:
        raise LookupError(f"there is no queue {queue_id}")
    return queue


def _tell(session: Session, actor: Actor, queue: Queue, changes: Mapping[str, Any], act: str) -> None:
    """Note the change, so that every process reads the queues anew."""
    kind = "queue" if queue.agent_id is None else "personal queue"
    log.changed(session, actor, kind, queue.title or queue.key, dict(changes), act=act)


def switch(actor: Actor, queue_id: int, is_active: bool) -> None:
    """Show a queue of everybody, or hide it with all below it."""

    def work(session: Session) -> None:
        queue = _owned(session, queue_id, None)
        if queue.is_active != is_active:
            queue.is_active = is_active
            _tell(session, actor, queue, {"is_active": (not is_active, is_active)}, "changed")

    transact(work)


def move(actor: Actor, queue_id: int, step: int, agent_id: int | None = None) -> None:
    """Move a queue before (-1) or behind (1) its neighbour below the same one; at the end it stays where it is."""

    def work(session: Session) -> None:
        queue = _owned(session, queue_id, agent_id)
        beside = [node.id for node in tree.forest().of(agent_id) if node.own.parent_id == queue.parent_id]
        place = beside.index(queue_id)
        if not 0 <= place + step < len(beside):
            return
        positions = sorted(session.scalars(select(Queue.position).where(Queue.id.in_(beside))).all())
        beside.insert(place + step, beside.pop(place))
        order = dict(zip(beside, positions, strict=True))
        session.execute(update(Queue).where(Queue.id.in_(order)).values(position=case(order, value=Queue.id)))
        _tell(session, actor, queue, {"place": (place + 1, place + 1 + step)}, "changed")

    transact(work)


def remove(actor: Actor, queue_id: int, agent_id: int | None = None) -> None:
    """Delete a queue. Those below it move up, and from then on stand alone: they keep their own conditions."""

    def work(session: Session) -> None:
        queue = _owned(session, queue_id, agent_id)
        session.execute(update(Queue).where(Queue.parent_id == queue_id).values(parent_id=queue.parent_id))
        session.execute(delete(Queue).where(Queue.id == queue_id))
        _tell(session, actor, queue, {}, "deleted")

    transact(work)


def choose(actor: Actor, queue_id: int, columns: Sequence[Mapping[str, Any]], sort: str) -> None:
    """Keep an agent's own columns and usual order of a queue; neither: as the queue has them.

    Raises:
        LookupError: there is no such queue for them.
    """
    kept = [dict(one) for one in columns]
    checking.check_columns(kept)

    def work(session: Session) -> None:
        queue = session.get(Queue, queue_id)
        if queue is None or queue.agent_id not in (None, actor.agent_id):
            raise LookupError(f"there is no queue {queue_id}")
        session.execute(delete(Choice).where(Choice.agent_id == actor.agent_id, Choice.queue_id == queue_id))
        if kept or sort:
            session.add(Choice(agent_id=actor.agent_id or 0, queue_id=queue_id, columns=kept, sort=sort))
        _tell(session, actor, queue, {}, "set the columns of")

    transact(work)


def choose_first(actor: Actor, queue_id: int | None) -> None:
    """Say which queue an agent sees after signing in; None for the site's first."""

    def work(session: Session) -> None:
        session.execute(delete(First).where(First.agent_id == actor.agent_id))
        queue = session.get(Queue, queue_id) if queue_id is not None else None
        if queue is not None and queue.agent_id in (None, actor.agent_id):
            session.add(First(agent_id=actor.agent_id or 0, queue_id=queue.id))
        log.changed(session, actor, "first queue", actor.name, {}, act="chose")

    transact(work)


def is_vip(organization_id: int) -> bool:
    """True for a very important organization."""
    return reading().scalar(select(Vip.organization_id).where(Vip.organization_id == organization_id)) is not None


def mark_vip(actor: Actor, organization_id: int, wanted: bool) -> None:
    """Mark an organization as very important, or no longer.

    Raises:
        LookupError: there is no such organization.
    """

    def work(session: Session) -> None:
        name = session.scalar(select(Organization.name).where(Organization.id == organization_id))
        if name is None:
            raise LookupError(f"there is no organization {organization_id}")
        session.execute(delete(Vip).where(Vip.organization_id == organization_id))
        if wanted:
            session.add(Vip(organization_id=organization_id))
        log.changed(session, actor, "organization", name, {"vip": (not wanted, wanted)})

    transact(work)
