"""Lists of tickets within an actor's scope: keyset pages that walk an index, and bounded counts.

One OR of all legs makes the database read too much for an agent with few tickets among very many; a UNION of one page a leg does not. For a
wide scope it is the other way round: walking the sort's own index and filtering finds a page soon. So the width is estimated first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, bindparam, false, func, not_, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased

from hookdesk import clock
from hookdesk.access import BINNED, Leg, legs, narrowing, scope_key
from hookdesk.db.context import reading
from hookdesk.models import LARGEST_ID, Agent, Department, Organization, Priority, Status, Ticket, User, UTCDateTime
from hookdesk.types.actors import Actor

MOST_OPEN = 10_000
MOST_CLOSED = 1_000
WIDE = 2_000
WIDTH_HOLDS = 60.0  # seconds
MOST_KEPT = 100

T = TypeVar("T")
Asked = Mapping[str, tuple[str, Sequence[ColumnElement[bool]]]]
Counting = tuple[Select[*tuple[Any, ...]], Mapping[str, str]]
_widths: dict[Hashable, tuple[float, bool]] = {}
_countings: dict[Hashable, Counting] = {}
LARGEST_NUMBER = 2**31 - 1
"""What PostgreSQL takes for a plain integer column, as `priority_rank` is one."""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that an index supports: (state, column, id)."""

    name: str
    column: InstrumentedAttribute[Any]
    descending: bool


SORTS = {
    sort.name: sort
    for sort in (
        Sort("activity", Ticket.last_activity_at, True),
        Sort("oldest", Ticket.created_at, False),
        Sort("created", Ticket.created_at, True),
        Sort("priority", Ticket.priority_rank, False),
        Sort("due", Ticket.due_at, False),
    )
}


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: the sort's value and the id of its last row."""

    value: datetime | int
    id: int

    def dump(self) -> str:
        """As it stands in a link."""
        value = self.value.isoformat() if isinstance(self.value, datetime) else str(self.value)
        return f"{value}~{self.id}"

    @classmethod
    def load(cls, text: str) -> Cursor | None:
        """From a link; None if somebody typed nonsense."""
        value, _, row_id = text.partition("~")
        try:
            found = cls(clock.parse(value) if "T" in value else int(value), int(row_id))
        except ValueError:
            return None
        is_huge = isinstance(found.value, int) and abs(found.value) > LARGEST_NUMBER
        return None if is_huge or abs(found.id) > LARGEST_ID else found

    def fits(self, sort: Sort) -> bool:
        """True if the value is of the kind that the sort compares."""
        return isinstance(self.value, datetime) == isinstance(sort.column.type, UTCDateTime)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page and the cursors around it; None where there is nothing."""

    rows: Sequence[Row[Any]]
    next: Cursor | None
    previous: Cursor | None


def page(
    actor: Actor,
    state: str,
    sort: Sort,
    *conditions: ColumnElement[bool],
    after: Cursor | None = None,
    before: Cursor | None = None,
    size: int = 25,
) -> Page:
    """One page of the tickets in a state ("" for any) that the actor may see and that meet all conditions, in the sort's order."""
    after, before = (edge if edge is None or edge.fits(sort) else None for edge in (after, before))
    backwards = before is not None
    ids = page_ids(actor, state, sort, conditions, before if backwards else after, size + 1, backwards)
    more = len(ids) > size
    ids = ids[:size]
    shown = rows([row.id for row in reversed(ids)] if backwards else [row.id for row in ids])
    if not shown:
        return Page((), None, None)
    edges = [Cursor(getattr(row, sort.column.key), row.id) for row in (shown[0], shown[-1])]
    has_next = more if not backwards else True
    has_previous = more if backwards else after is not None
    return Page(shown, edges[1] if has_next else None, edges[0] if has_previous else None)


def page_ids(
    actor: Actor,
    state: str,
    sort: Sort,
    conditions: Sequence[ColumnElement[bool]] = (),
    cursor: Cursor | None = None,
    limit: int = 26,
    backwards: bool = False,
) -> Sequence[Row[Any]]:
    """Ids of a page: an index walk for a wide scope, a union of one page a leg for a narrow one."""
    found = legs(actor)
    if not found:
        return []
    must = [*in_state(state), *conditions, *narrowing(actor)]
    descending = sort.descending != backwards
    if cursor is not None:
        must.append(_beyond(sort, cursor, descending))
    order = (sort.column.desc(), Ticket.id.desc()) if descending else (sort.column.asc(), Ticket.id.asc())
    if len(found) == 1 or is_wide(actor, found, state):
        walk = select(Ticket.id, sort.column.label("key")).where(or_(*(leg.condition for leg in found)), *must)
        return reading().all(walk.order_by(*order).limit(limit))
    parts = [
        select(
            select(Ticket.id, sort.column.label("key"))
            .where(leg.condition, *must)
            .order_by(*order)
            .limit(limit)
            .subquery()
        )
        for leg in found
    ]
    together = union(*parts).subquery()
    direction = (
        (together.c.key.desc(), together.c.id.desc()) if descending else (together.c.key.asc(), together.c.id.asc())
    )
    return reading().all(select(together.c.id, together.c.key).order_by(*direction).limit(limit))


def _beyond(sort: Sort, cursor: Cursor, descending: bool) -> ColumnElement[bool]:
    """Rows after the cursor in the direction of the walk."""
    column = sort.column
    if descending:
        return and_(column <= cursor.value, or_(column < cursor.value, Ticket.id < cursor.id))
    return and_(column >= cursor.value, or_(column > cursor.value, Ticket.id > cursor.id))


def is_wide(actor: Actor, found: Sequence[Leg], state: str) -> bool:
    """True if one leg alone has so many tickets that walking the sort's index finds a page sooner. Known for a minute: it only guides."""
    key = (scope_key(actor), state, WIDE)
    known = _widths.get(key)
    if known is None or known[0] < time.monotonic():
        widths = (_counted(select(Ticket.id).where(*in_state(state), leg.condition), WIDE) for leg in found)
        row = reading().first(select(*widths))
        known = (time.monotonic() + WIDTH_HOLDS, row is not None and max(row) >= WIDE)
        _keep(_widths, key, known)
    return known[1]


def in_state(state: str) -> list[ColumnElement[bool]]:
    """The condition on the state; for "" all but what is in the bin."""
    return [Ticket.state == state] if state else [Ticket.state != BINNED]


def _counted(statement: Select[Any], most: int) -> ScalarSelect[int]:
    """How many rows, counting no further than `most`, as a column."""
    return select(func.count()).select_from(statement.limit(most).subquery()).scalar_subquery()


def count(actor: Actor, state: str, *conditions: ColumnElement[bool]) -> int:
    """How many tickets of a state the actor sees under the conditions, counted no further than 10,001 (closed: 1,001)."""
    return counts(actor, lambda: {"": (state, conditions)})[""]


def counts(actor: Actor, asked: Callable[[], Asked], kept_as: Hashable = None) -> dict[str, int]:
    """Like `count`, for several lists in one query: name → number, from name → (state, conditions).

    `kept_as` stands for what `asked` returns: under the same one the query is put together once and kept.
    """
    found, narrow = legs(actor), narrowing(actor)
    key = (scope_key(actor), kept_as)
    counting = _countings.get(key) if kept_as is not None and not narrow else None
    if counting is None:
        counting = _counting(found, narrow, asked())
        if kept_as is not None and not narrow:
            _keep(_countings, key, counting)
    statement, states = counting
    if not found or not states:
        return dict.fromkeys(states, 0)
    numbers = iter(reading().first(statement) or ())
    return {name: min(sum(next(numbers) for _ in found), _most(state) + 1) for name, state in states.items()}


def _counting(found: Sequence[Leg], narrow: Sequence[ColumnElement[bool]], asked: Asked) -> Counting:
    """The query of `counts` with one column for each list and leg, and the state of each list."""
    columns = (
        _counted(select(Ticket.id).where(*in_state(state), leg, *conditions, *narrow), _most(state) + 1)
        for state, conditions in asked.values()
        for leg in _apart(found)
    )
    return select(*columns), {name: state for name, (state, _conditions) in asked.items()}


def _keep(store: dict[Hashable, T], key: Hashable, value: T) -> None:
    """Keep something until there is too much."""
    if len(store) >= MOST_KEPT:
        store.clear()
    store[key] = value


def _most(state: str) -> int:
    """How far tickets of a state are counted."""
    return MOST_OPEN if state == "open" else MOST_CLOSED


def _apart(found: Sequence[Leg]) -> list[ColumnElement[bool]]:
    """The legs as conditions of which no ticket meets two: each is then counted on its own index, and the numbers add up."""
    ordered = sorted(found, key=lambda leg: leg.name != "department")  # the widest first, so that it stays the simplest
    return [
        and_(leg.condition, *(not_(func.coalesce(other.condition, false())) for other in ordered[:place]))
        for place, leg in enumerate(ordered)
    ]


def _row_columns() -> Select[*tuple[Any, ...]]:
    """The query behind `rows`, built once: putting it together costs more than running it."""
    assignee = aliased(Agent)
    return (
        select(
            Ticket.id, Ticket.number, Ticket.subject, Ticket.state, Ticket.is_answered, Ticket.snippet, Ticket.snippet_by,
            Ticket.attachment_count, Ticket.entry_count, Ticket.channel, Ticket.created_at, Ticket.last_activity_at, Ticket.due_at,
            Ticket.priority_rank, Ticket.assignee_id, Ticket.user_id, Ticket.department_id, Ticket.updates,
            Status.key.label("status"), Status.name.label("status_name"), Status.look.label("status_look"),
            Priority.key.label("priority"), Priority.name.label("priority_name"), Priority.look.label("priority_look"),
            Department.name.label("department"), User.name.label("requester"),
            Organization.name.label("organization"), assignee.name.label("assignee"),
        )
        .join(Status, Status.id == Ticket.status_id)
        .join(Priority, Priority.id == Ticket.priority_id)
        .join(Department, Department.id == Ticket.department_id)
        .join(User, User.id == Ticket.user_id)
        .outerjoin(Organization, Organization.id == Ticket.organization_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .where(Ticket.id.in_(bindparam("ids", expanding=True)))
    )  # fmt: skip


_ROWS = _row_columns()


def rows(ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The columns that lists show, for a few ids that came out of a scope, in their order."""
    if not ids:
        return []
    by_id = {row.id: row for row in reading().all(_ROWS, {"ids": list(ids)})}
    return [by_id[row_id] for row_id in ids if row_id in by_id]
