"""What the desk's menus offer: departments, statuses, priorities, teams and agents, kept until any of them is changed.

Offering is visibility, acting is permission: what an agent may not see is not offered (docs/security.md), and the desk takes nothing that
it did not offer. What rules, jobs and other channels set is not held to that.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import BindParameter, Boolean, bindparam, literal, or_, select, union_all

from hookdesk.api import (
    KNOWN_AGENT,
    Actor,
    Agent,
    Department,
    Priority,
    Status,
    Team,
    cached,
    current_actor,
    knowing,
    reading,
    shown_name,
)

MOST, MOST_KEPT = 500, 100
_KEY = "desk_directory"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen. `key` is the stable word of a status or priority, `state` the state that a status stands for."""

    id: int
    key: str
    name: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """All that this agent can choose, each kind in the order of its menu."""

    departments: tuple[Option, ...]
    statuses: tuple[Option, ...]
    priorities: tuple[Option, ...]
    teams: tuple[Option, ...]
    agents: tuple[Option, ...]

    def status(self, key: str) -> Option | None:
        """The status of that key."""
        return next((one for one in self.statuses if one.key == key), None)

    def priority(self, key: str) -> Option | None:
        """The priority of that key."""
        return next((one for one in self.priorities if one.key == key), None)


_MINE: BindParameter[int] = bindparam("departments", expanding=True)
_PLACES = union_all(
    select(
        literal("department").label("kind"), Department.id, literal("").label("key"), Department.name,
        literal("").label("state"), literal(0).label("place"),
    ).where(Department.is_active, or_(bindparam("sees_departments", type_=Boolean), Department.id.in_(_MINE))),
    select(literal("status"), Status.id, Status.key, Status.name, Status.state, Status.position).where(Status.is_active),
    select(literal("priority"), Priority.id, Priority.key, Priority.name, literal(""), Priority.rank).where(Priority.is_active),
    select(literal("team"), Team.id, literal(""), Team.name, literal(""), literal(0)).where(Team.is_active),
    select(literal("agent"), Agent.id, literal(""), Agent.name, literal(""), literal(0)).where(Agent.is_active, KNOWN_AGENT),
)  # fmt: skip


def directory() -> Directory:
    """The directory of this request."""
    found: Directory | None = g.get(_KEY)
    if found is None:
        found = _kept(current_actor())
        setattr(g, _KEY, found)
    return found


def _kept(actor: Actor) -> Directory:
    """The directory of an agent: one for all who may see the same."""
    asked = {**knowing(actor), "sees_departments": actor.may("department.see_all")}
    key = tuple(tuple(value) if isinstance(value, list) else value for value in asked.values())
    known = cached("desk.directories", dict[Hashable, Directory])
    found = known.get(key)
    if found is None:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[key] = _read(asked)
    return found


def _read(asked: dict[str, Any]) -> Directory:
    """Read and sort what an agent may see."""
    rows = reading().all(_PLACES, asked)

    def of(kind: str) -> Iterator[Option]:
        mine = (row for row in rows if row.kind == kind)
        for row in sorted(mine, key=lambda row: (row.place, row.name.casefold()))[:MOST]:
            yield Option(row.id, row.key, shown_name(row.name) if row.key else row.name, row.state)

    return Directory(
        departments=tuple(of("department")),
        statuses=tuple(of("status")),
        priorities=tuple(of("priority")),
        teams=tuple(of("team")),
        agents=tuple(of("agent")),
    )
