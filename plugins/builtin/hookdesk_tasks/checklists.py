"""Checklists: named lists of tasks, and giving one to a ticket."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    Department,
    Forbidden,
    Team,
    Ticket,
    access_ticket,
    cached,
    clean_line,
    clean_text,
    clock,
    log,
    reading,
    tickets,
    transact,
)
from hookdesk_tasks import guard, making
from hookdesk_tasks.making import NewTask
from hookdesk_tasks.models import Checklist, Item, Task, TopicChecklist
from hookdesk_tasks.recording import TaskProblem

MOST_LISTS, MOST_ITEMS, MOST_DAYS = 200, 50, 3650


@dataclass(frozen=True, slots=True)
class Line:
    """A task of a checklist."""

    title: str
    description: str = ""
    department_id: int | None = None
    assignee_id: int | None = None
    team_id: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A checklist as menus show it."""

    id: int
    name: str


def kept() -> Mapping[int, Named]:
    """The checklists in use by id, in the order of names; kept by each process until somebody changes the set-up."""
    return cached("tasks.checklists", lambda: {row.id: Named(row.id, row.name) for row in every() if row.is_active})


def every() -> Sequence[Any]:
    """All checklists, by name."""
    return reading().all(select(*Checklist.__table__.columns).order_by(Checklist.name).limit(MOST_LISTS))


def lines(checklist_id: int) -> list[Line]:
    """Its tasks, in their order."""
    rows = reading().all(
        select(Item.title, Item.description, Item.department_id, Item.assignee_id, Item.team_id, Item.days)
        .where(Item.checklist_id == checklist_id)
        .order_by(Item.position, Item.id)
    )
    return [Line(*row) for row in rows]


def using(ref: str) -> list[tuple[int, str]]:
    """Id and name of the checklists that name a department, a team or an agent; see the hook `reference_uses` for what `ref` is."""
    kind, _colon, number = ref.partition(":")
    columns = {"department": Item.department_id, "team": Item.team_id, "agent": Item.assignee_id}
    if kind not in columns or not number.isdecimal():
        return []
    named = set(reading().scalars(select(Item.checklist_id).where(columns[kind] == int(number))))
    return [(row.id, row.name) for row in every() if row.id in named]


def save(
    actor: Actor, name: str, given: Sequence[Line], is_active: bool = True, checklist_id: int | None = None
) -> int:
    """Store a new checklist, or change one; its id.

    Raises:
        TaskProblem: its name is taken or missing, or it has no task, or too many. LookupError: there is none of that id.
    """
    name = clean_line(name).strip()[:100]
    cleaned = [_clean(line) for line in given if line.title.strip()]
    if not name:
        raise TaskProblem(_("Give the checklist a name."))
    if not 0 < len(cleaned) <= MOST_ITEMS:
        raise TaskProblem(_("A checklist has 1 to %(most)s tasks.", most=MOST_ITEMS))

    def work(session: Session) -> int:
        other = session.scalar(select(Checklist.id).where(Checklist.name == name))
        if other is not None and other != checklist_id:
            raise TaskProblem(_("There is a checklist of this name already."))
        row = session.get(Checklist, checklist_id, with_for_update=True) if checklist_id else Checklist()
        if row is None:
            raise LookupError(f"there is no checklist {checklist_id}")
        row.name, row.is_active = name, is_active
        session.add(row)
        session.flush()
        session.execute(delete(Item).where(Item.checklist_id == row.id))
        for line in cleaned:  # what is gone meanwhile is named by nothing
            for column, model in (("department_id", Department), ("assignee_id", Agent), ("team_id", Team)):
                line[column] = getattr(tickets.find(session, model, line[column]), "id", None)
        session.execute(
            insert(Item), [{**line, "checklist_id": row.id, "position": at} for at, line in enumerate(cleaned)]
        )
        log.changed(session, actor, "checklist", name, {}, act="changed" if checklist_id else "created")
        return row.id

    return transact(work, race=True)


def _clean(line: Line) -> dict[str, Any]:
    """A line as it is stored."""
    title, description = making.checked_words(line.title, clean_text(line.description))
    days = None if line.days is None else min(max(line.days, 0), MOST_DAYS)
    return {
        "title": title, "description": description, "department_id": line.department_id, "assignee_id": line.assignee_id,
        "team_id": line.team_id, "days": days,
    }  # fmt: skip


def remove(actor: Actor, checklist_id: int) -> None:
    """Delete a checklist; the tasks that it made stay."""

    def work(session: Session) -> None:
        row = session.get(Checklist, checklist_id, with_for_update=True)
        if row is not None:
            session.delete(row)
            log.changed(session, actor, "checklist", row.name, {}, act="deleted", level="warning")

    transact(work)


def give(actor: Actor, ticket_id: int, checklist_id: int, key: str = "") -> int:
    """Give a ticket the tasks of a checklist; how many were made. With a `key` the same ones are made once, however often it is asked.

    Raises:
        NotFound, Forbidden: as the guards say. TaskProblem: the checklist is gone, or the ticket cannot have them.
    """
    ticket = access_ticket(actor, ticket_id)
    if not guard.permitted(actor, "task.create", ticket.department_id):
        raise Forbidden("task.create")
    found = lines(checklist_id) if checklist_id in kept() else []
    if not found:
        raise TaskProblem(_("That checklist is gone."))
    if ticket.state == "closed":
        raise TaskProblem(_("The ticket is closed. Open it again before you add to it."))

    def work(session: Session) -> int:
        made = 0
        for place, line in enumerate(found):
            origin = hashlib.sha256(f"{key} {checklist_id} {place}".encode()).hexdigest() if key else None
            if origin is None or session.scalar(select(Task.id).where(Task.origin == origin)) is None:
                _make(session, actor, line, ticket_id, ticket.department_id, origin)
                made += 1
        return made

    return transact(work)


def _make(session: Session, actor: Actor, line: Line, ticket_id: int, department_id: int, origin: str | None) -> None:
    """One of its tasks; whoever cannot have it any more is left out, for a task without anybody is better than none."""
    due_at = None if line.days is None else clock.now() + timedelta(days=line.days)
    place = tickets.find(session, Department, line.department_id)
    new = NewTask(line.title, line.description, ticket_id, place.id if place else department_id, due_at=due_at)
    try:
        making.who(session, actor, new.department_id, line.assignee_id, line.team_id)
    except TaskProblem:
        making.insert(session, actor, new, origin)
    else:
        making.insert(session, actor, replace(new, assignee_id=line.assignee_id, team_id=line.team_id), origin)


def of_topic(topic_ref: str) -> list[int]:
    """The checklists that new tickets of a topic get."""
    asked = select(TopicChecklist.checklist_id).where(TopicChecklist.topic_ref == topic_ref)
    return list(reading().scalars(asked.order_by(TopicChecklist.id)))


def set_topic(actor: Actor, topic_ref: str, name: str, wanted: Sequence[int]) -> None:
    """Say which checklists new tickets of a topic get."""

    def work(session: Session) -> None:
        before = set(session.scalars(select(TopicChecklist.checklist_id).where(TopicChecklist.topic_ref == topic_ref)))
        there = set(session.scalars(select(Checklist.id).where(Checklist.id.in_(wanted))))
        if before == there:
            return
        session.execute(delete(TopicChecklist).where(TopicChecklist.topic_ref == topic_ref))
        session.add_all(TopicChecklist(topic_ref=topic_ref, checklist_id=one) for one in sorted(there))
        log.changed(session, actor, "topic", name, {"checklists": (sorted(before), sorted(there))})

    transact(work)


def for_new(ticket_id: int, key: str) -> None:
    """Give a new ticket the checklists of its topic."""
    if not kept():
        return
    topic = reading().scalar(select(Ticket.topic_ref).where(Ticket.id == ticket_id))
    for checklist_id in of_topic(topic) if topic else ():
        give_quietly(ticket_id, checklist_id, key)


def give_quietly(ticket_id: int, checklist_id: int, key: str) -> None:
    """The same for rules and topics: one that is gone, or a ticket that is closed already, is no error."""
    try:
        give(guard.SYSTEM, ticket_id, checklist_id, key)
    except (TaskProblem, LookupError):
        return
