"""Lists of tasks: which there are, how many each has, and pages of them by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select

from hookdesk.api import Actor, Agent, Department, NavItem, Team, Ticket, clock, listing, reading, scope
from hookdesk_tasks import guard
from hookdesk_tasks.models import Task

SIZE = 50
MOST_COUNTED = 1000
MOST_SEARCHED = 5000
WIDE = 2000
"""Whose departments have more tasks than that has lists walked, rather than their tasks collected."""
MOST_WORDS = 5
FIRST = "open"
SORTS = {
    sort.name: sort
    for sort in (
        listing.Sort("due", Task.due_at, False),
        listing.Sort("updated", Task.updated_at, True),
        listing.Sort("created", Task.created_at, True),
    )
}
_ROWS = (
    select(
        Task.id, Task.number, Task.title, Task.state, Task.due_at, Task.is_overdue, Task.created_at, Task.updated_at, Task.closed_at,
        Agent.name.label("assignee"), Team.name.label("team"), Department.name.label("department"),
        Ticket.number.label("ticket_number"), Ticket.subject.label("ticket_subject"),
    )
    .outerjoin(Agent, Agent.id == Task.assignee_id)
    .outerjoin(Team, Team.id == Task.team_id)
    .outerjoin(Department, Department.id == Task.department_id)
    .outerjoin(Ticket, Ticket.id == Task.ticket_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of tasks. `state` is "" for any; `sort` is the order that it has by itself."""

    key: str
    label: str
    icon: str
    state: str
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks at: a queue, in an order, with words in the title."""

    queue: Queue
    sort: str = ""
    words: str = ""

    @property
    def order(self) -> listing.Sort:
        """The order that the list is in."""
        return SORTS.get(self.sort) or SORTS[self.queue.sort]

    def url(self, endpoint: str = "tasks.queue", **args: str) -> str:
        """The address of the list, with some of it changed."""
        given = {"queue": self.queue.key, "sort": self.sort, "q": self.words, **args}
        kept: dict[str, Any] = {name: value for name, value in given.items() if value}
        return url_for(endpoint, **kept)


def every() -> list[Queue]:
    """All of them, in the order of the sidebar."""
    return [
        Queue("open", _("Open"), "inbox", "open"),
        Queue("mine", _("Mine"), "user", "open"),
        Queue("teams", _("My teams"), "users", "open"),
        Queue("overdue", _("Overdue"), "sla", "open"),
        Queue("done", _("Done"), "check", "closed", "updated"),
        Queue("all", _("All"), "list", "", "updated"),
    ]


def seen(actor: Actor) -> ColumnElement[bool]:
    """What an agent sees, in the form that suits how much that is: asked once a request."""
    found: ColumnElement[bool] | None = g.get("tasks_seen")
    if found is None:
        places = sorted(actor.departments)
        further = select(Task.id).where(Task.department_id.in_(places)).offset(WIDE).limit(1)
        is_wide = bool(places) and reading().scalar(further) is not None
        found = g.tasks_seen = guard.scope_of(actor) if is_wide else guard.narrow_scope_of(actor)
    return found


def find(key: str) -> Queue | None:
    """The queue of that key."""
    return next((one for one in every() if one.key == key), None)


def conditions(actor: Actor, queue: Queue) -> list[ColumnElement[bool]]:
    """What the tasks of a queue meet."""
    found = [Task.state == queue.state] if queue.state else []
    if queue.key == "mine":
        found.append(Task.assignee_id == actor.agent_id)
    elif queue.key == "teams":
        found.append(Task.team_id.in_(sorted(actor.teams)) if actor.teams else false())
    elif queue.key == "overdue":
        found.append(Task.due_at <= clock.now())
    return found


def _with_words(wanted: Wanted) -> list[ColumnElement[bool]]:
    """All words in the title, or the number; looked for among the newest."""
    words = wanted.words.split()[:MOST_WORDS]
    if not words:
        return []
    newest = select(Task.id).order_by(Task.id.desc()).limit(MOST_SEARCHED)
    has_words = and_(*(Task.title.icontains(word, autoescape=True) for word in words))
    return [Task.id.in_(newest), or_(has_words, Task.number == wanted.words.upper())]


def page(
    actor: Actor, wanted: Wanted, *, after: listing.Cursor | None = None, before: listing.Cursor | None = None
) -> listing.Page:
    """One page."""
    order = wanted.order
    after, before = (edge if edge is None or edge.fits(order) else None for edge in (after, before))
    backwards = before is not None
    rows = list(reading().all(_asked(actor, wanted, before or after, backwards).limit(SIZE + 1)))
    more, rows = len(rows) > SIZE, rows[:SIZE]
    if backwards:
        rows.reverse()
    if not rows:
        return listing.Page((), None, None)
    edges = [listing.Cursor(getattr(row, order.column.key), row.id) for row in (rows[0], rows[-1])]
    has_next, has_previous = (True, more) if backwards else (more, after is not None)
    return listing.Page(rows, edges[1] if has_next else None, edges[0] if has_previous else None)


def _asked(
    actor: Actor, wanted: Wanted, edge: listing.Cursor | None = None, backwards: bool = False
) -> Select[*tuple[Any, ...]]:
    """The rows of a list from an edge on, in its order."""
    order = wanted.order
    descending = order.descending is not backwards
    must = [seen(actor), *conditions(actor, wanted.queue), *_with_words(wanted)]
    if edge is not None:
        further = order.column < edge.value if descending else order.column > edge.value
        beside = Task.id < edge.id if descending else Task.id > edge.id
        must.append(or_(further, and_(order.column == edge.value, beside)))
    columns = (order.column, Task.id)
    return _ROWS.where(*must).order_by(*(column.desc() if descending else column.asc() for column in columns))


def tickets_in_sight(actor: Actor, rows: Sequence[Row[Any]]) -> frozenset[str]:
    """The numbers of those tickets of these tasks that somebody sees: of the others, no subject is told."""
    numbers = {row.ticket_number for row in rows if row.ticket_number}
    asked = select(Ticket.number).where(Ticket.number.in_(numbers), scope(actor))
    return frozenset(reading().scalars(asked)) if numbers else frozenset()


def first(actor: Actor, wanted: Wanted, most: int) -> Sequence[Row[Any]]:
    """The first rows of a list, for exports."""
    return reading().all(_asked(actor, wanted).limit(most))


def counts(actor: Actor) -> Mapping[str, str]:
    """How many open tasks each queue has, in words, in one query; made once a request."""
    found: dict[str, str] | None = g.get("tasks_counts")
    if found is None:
        asked = {one.key: one for one in every() if one.state == "open"}
        columns = (_counted(actor, queue) for queue in asked.values())
        row = reading().first(select(*columns))
        numbers = dict(zip(asked, row or (), strict=True))
        found = {key: "1k+" if count > MOST_COUNTED else str(count) for key, count in numbers.items()}
        g.tasks_counts = found
    return found


def _counted(actor: Actor, queue: Queue) -> Any:
    """How many tasks, counted no further than a thousand and one, as a column."""
    asked = select(Task.id).where(seen(actor), *conditions(actor, queue)).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(asked.subquery()).scalar_subquery()


def nav_items(actor: Actor) -> list[NavItem]:
    """The links of the sidebar on the pages of tasks."""
    numbers = counts(actor)
    return [
        NavItem(
            "tasks.sidebar", one.label, "tasks.queue", args={"queue": one.key}, icon=one.icon, order=place,
            count=numbers.get(one.key),
        )
        for place, one in enumerate(every())
    ]  # fmt: skip
