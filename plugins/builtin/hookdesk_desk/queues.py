"""The queues of the desk's sidebar: which there are, what belongs to each, and how many."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, bindparam, false, or_, select

from hookdesk.api import (
    Actor,
    NavItem,
    Ticket,
    User,
    UTCDateTime,
    clock,
    current_actor,
    listing,
    reading,
    scope,
    site,
)
from hookdesk_desk import due, settings
from hookdesk_desk.directory import Directory, directory
from hookdesk_desk.hookspecs import DeskHooks
from hookdesk_desk.layout import Layout

MOST_DEPARTMENTS = 40
_NUMBERED = re.compile(r"(department|requester)-([1-9]\d{0,17})")
OVERDUE = "overdue"
_NOW = bindparam("desk_now", callable_=clock.now, type_=UTCDateTime)
"""The moment at which a query runs: queries are put together once and kept."""
_COUNTS, _QUEUES = "desk_queue_counts", "desk_queues"
ORDERS = ("activity", "created", "oldest", "priority", "due")
"""Those of `listing.SORTS` that a list's menu offers."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A list of tickets: those in `state` ("" for any) whose `field` is `value`. `key` stands in its address.

    Plugins make subclasses and hand them to the desk with the hook `desk_sidebar`. `usual` is the name of its order while nobody chose
    another. `is_bounded` says that no index answers its conditions: then only the newest tickets are looked at, and the sidebar does not
    count it; `is_listed` that they name the tickets by their ids; `is_counted` is False
    for one that the sidebar does not count for another reason. `level` is its depth below other queues, 1 at the top.
    """

    key: str
    label: str
    icon: str
    state: str
    field: str = ""
    value: int | None = None
    group: str = ""
    usual: str = "activity"
    is_bounded: bool = False
    is_listed: bool = False
    is_counted: bool = True
    level: int = 1

    def conditions(self, actor: Actor) -> tuple[ColumnElement[bool], ...]:
        """What its tickets meet besides the state."""
        if self.key == OVERDUE:
            return (Ticket.due_at <= _NOW,)
        return (getattr(Ticket, self.field) == self.value,) if self.field else ()

    def sense(self) -> Hashable:
        """Stands for its state and conditions: under the same one, what counts it is put together once."""
        return self.key, self.value

    def url(self, **args: Any) -> str:
        """Its address, with these in its query."""
        return url(self.key, **args)

    def order(self, name: str) -> listing.Sort | None:
        """The order of that name, if the list can be in it."""
        return listing.SORTS.get(name)

    def orders(self, now: str) -> Mapping[str, str]:
        """The orders that the menu offers, with the present one: name → label."""
        words = {
            "activity": _("Last activity"),
            "created": _("Newest first"),
            "oldest": _("Oldest first"),
            "priority": _("Most urgent first"),
            "due": _("Due first"),
        }
        return {name: words[name] for name in ORDERS}

    def quick(self, actor: Actor) -> QuickFilter | None:
        """A field by whose values the list can be narrowed."""
        return None

    def change(self) -> tuple[str, str] | None:
        """The words and address of the page where an agent changes it for themselves."""
        return None

    def layout(self, actor: Actor, rows: Sequence[Any], address: tuple[str, str]) -> Layout | None:
        """How its rows are shown, if not in the desk's usual columns. A ticket's number stands between the halves of `address`."""
        return None


@dataclass(frozen=True, slots=True)
class QuickFilter:
    """A menu that narrows a list: its label, (value, label) of its choices, and the condition for a value.

    `is_bounded`: no index answers it, as with a queue.
    """

    label: str
    choices: Sequence[tuple[str, str]]
    condition: Callable[[Actor, str], ColumnElement[bool]]
    is_bounded: bool = False


@dataclass(frozen=True, slots=True)
class QueueSet:
    """The queues of an agent in the order of the sidebar. `first` is the key of the one at the desk's own address."""

    queues: Sequence[Queue]
    first: str


def _set(actor: Actor) -> QueueSet:
    """The queues of an agent, made once a request: those of a plugin, else the desk's own few; then the departments."""
    found: QueueSet | None = g.get(_QUEUES)
    if found is None:
        places = directory()
        given = site().hooks.first(DeskHooks.desk_sidebar, actor=actor)
        made = given or QueueSet(_general(actor, places), settings.current().default_queue)
        found = QueueSet([*made.queues, *_of_departments(actor, places)], made.first)
        setattr(g, _QUEUES, found)
    return found


def of_sidebar(actor: Actor) -> Sequence[Queue]:
    """The queues that an agent sees in the sidebar, in order."""
    return _set(actor).queues


def first(actor: Actor) -> str:
    """The key of the queue that an agent sees after signing in."""
    return _set(actor).first


def _general(actor: Actor, places: Directory) -> list[Queue]:
    """The queues of a desk that no plugin gives any."""
    found = [
        Queue("open", _("Open"), "inbox", "open"),
        Queue("mine", _("Mine"), "user", "open", "assignee_id", actor.agent_id),
        Queue("unassigned", _("Unassigned"), "help", "open", "assignee_id"),
    ]
    if due.is_kept():
        found.append(Queue(OVERDUE, _("Overdue"), "sla", "open"))
    pending = places.status("pending")
    if pending is not None:
        found.append(Queue("pending", pending.name, "s-pending", "open", "status_id", pending.id))
    return [*found, Queue("closed", _("Solved and closed"), "s-solved", "closed")]


def _of_departments(actor: Actor, places: Directory) -> list[Queue]:
    """One for each department that the agent works in; none for who sees assigned tickets alone."""
    if actor.assigned_only:
        return []
    mine = [one for one in places.departments if actor.is_admin or one.id in actor.departments][:MOST_DEPARTMENTS]
    group = _("Departments")
    return [Queue(f"department-{one.id}", one.name, "building", "open", "department_id", one.id, group) for one in mine]


def find(actor: Actor, key: str) -> Queue | None:
    """The queue of that key; "" is the agent's first one."""
    key = key or first(actor)
    found = next((queue for queue in of_sidebar(actor) if queue.key == key), None)
    named = _NUMBERED.fullmatch(key)
    if found is not None or (named is not None and named[1] == "department"):
        return found
    if named is None:
        return site().hooks.first(DeskHooks.desk_list, actor=actor, key=key)
    user_id = int(named[2])
    known = select(User.name).where(
        User.id == user_id, select(Ticket.id).where(Ticket.user_id == user_id, scope(actor)).exists()
    )
    name = reading().scalar(known)
    return Queue(key, _("Tickets of %(name)s", name=name), "user", "", "user_id", user_id) if name is not None else None


def url(key: str, **args: Any) -> str:
    """The address of a queue; the first one lives at the desk's own."""
    return url_for("desk.queue", queue="" if key == first(current_actor()) else key, **args)


def counts(actor: Actor) -> Mapping[str, str]:
    """How many tickets each queue of the sidebar has, in words: counted to 10,000 (closed: 1,000) and no further."""
    queues = [queue for queue in of_sidebar(actor) if queue.is_counted and not queue.is_bounded]
    cached: dict[str, str] | None = g.get(_COUNTS)
    if cached is None:
        found = listing.counts(
            actor,
            lambda: {queue.key: (queue.state, queue.conditions(actor)) for queue in queues},
            kept_as=("desk", tuple(queue.sense() for queue in queues)),
            listed={queue.key for queue in queues if queue.is_listed},
        )
        cached = {queue.key: words(found[queue.key], queue.state) for queue in queues}
        setattr(g, _COUNTS, cached)
    return cached


def words(count: int, state: str) -> str:
    """A count in words: "10k+" where counting stopped."""
    if count > (listing.MOST_OPEN if state == "open" else listing.MOST_CLOSED):
        return "10k+" if state == "open" else "1k+"
    return str(count)


def nav_items(actor: Actor) -> list[NavItem]:
    """The sidebar's links."""
    queues = of_sidebar(actor)
    numbers = counts(actor)
    begin = first(actor)
    return [
        NavItem(
            "desk.sidebar",
            queue.label,
            "desk.queue",
            args={"queue": "" if queue.key == begin else queue.key},
            icon=queue.icon,
            group=queue.group,
            order=place,
            count=numbers.get(queue.key),
            level=queue.level,
        )
        for place, queue in enumerate(queues)
    ]


def deletable(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """The condition on tickets that the agent may delete, and bring back: where their role says so."""
    if actor.is_admin or "ticket.delete" in actor.permissions:
        return ()
    there = [place for place, held in actor.departments.items() if "ticket.delete" in held]
    elsewhere = Ticket.department_id.not_in(actor.departments) if "ticket.delete" in actor.elsewhere else false()
    return (or_(Ticket.department_id.in_(there), elsewhere),)


def unanswered() -> ColumnElement[bool]:
    """The condition on tickets in which the requester spoke last."""
    return Ticket.is_answered.is_(False)
