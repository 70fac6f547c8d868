"""Lists of tickets within an actor's scope: keyset pages that walk an index, and bounded counts.

One OR of all legs makes the database read too much for an agent with few tickets among very many; a UNION of one page a leg does not. For a
wide scope it is the other way round: walking the sort's own index and filtering finds a page soon. So the width is estimated first.

What no index answers is bounded instead: an order over any expression takes the newest `MOST_SORTED` tickets that match, and conditions
over any field look at the newest `MOST_LOOKED_AT` tickets of a state. Whoever shows such a list says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import aliased

from hookdesk import clock
from hookdesk.access import BINNED, Leg, legs, narrowing, scope_key
from hookdesk.db.context import reading
from hookdesk.db.hints import unindexed
from hookdesk.hookspecs import RunningHooks
from hookdesk.models import LARGEST_ID, Agent, Department, Organization, Priority, Status, Ticket, TicketEvent, User
from hookdesk.models.base import UTCDateTime
from hookdesk.site import site
from hookdesk.types.actors import Actor

MOST_OPEN, MOST_CLOSED = 10_000, 1_000
WIDE = 2_000
WIDTH_HOLDS, COUNTS_HOLD = 60.0, 5.0  # seconds
MOST_KEPT = 100
MOST_SORTED, MOST_LOOKED_AT = 5_000, 20_000
STATES = ("open", "closed")

T = TypeVar("T")
Asked = Mapping[str, tuple[str, Sequence[ColumnElement[bool]]]]
Counting = tuple[Select[*tuple[Any, ...]], Mapping[str, str]]
_widths: dict[Hashable, tuple[float, bool]] = {}
_floors: dict[Hashable, tuple[float, datetime | None]] = {}
_countings: dict[Hashable, Counting] = {}
LARGEST_NUMBER = 2**31 - 1
"""What PostgreSQL takes for a plain integer column, as `priority_rank` is one."""


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: by a column that an index supports, (state, column, id), or by any expression on `Ticket` that is never NULL."""

    name: str
    column: Any
    descending: bool
    is_indexed: bool = True


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
NEWEST = SORTS["activity"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ends: the sort's value (of an order without index 0, for the ticket knows its own) and the id of its last row."""

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
        return isinstance(self.value, datetime) == (sort.is_indexed and isinstance(sort.column.type, UTCDateTime))

    @classmethod
    def at(cls, sort: Sort, row: Any) -> Cursor:
        """Where a ticket stands in an order; `row` has its columns."""
        return cls(getattr(row, sort.column.key) if sort.is_indexed else 0, row.id)


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
    is_bounded: bool = False,
    is_listed: bool = False,
) -> Page:
    """One page of the tickets in a state ("" for any) that the actor may see and that meet all conditions, in the sort's order.

    `is_bounded`: only the newest `MOST_LOOKED_AT` tickets of a state are looked at, for no index answers the conditions. `is_listed`: the
    conditions name the tickets by their ids (a table of drafts or tags does), so nothing else is worth a walk.
    """
    after, before = (edge if edge is None or edge.fits(sort) else None for edge in (after, before))
    backwards = before is not None
    ids = page_ids(
        actor, state, sort, conditions, before if backwards else after, size + 1, backwards, is_bounded, is_listed
    )
    more = len(ids) > size
    ids = ids[:size][::-1] if backwards else ids[:size]
    shown = rows([row.id for row in ids])
    if not shown:
        return Page((), None, None)
    edges = [Cursor(row.key if sort.is_indexed else 0, row.id) for row in (ids[0], ids[-1])]
    has_previous = more if backwards else after is not None
    return Page(shown, edges[1] if more or backwards else None, edges[0] if has_previous else None)


def page_ids(
    actor: Actor,
    state: str,
    sort: Sort,
    conditions: Sequence[ColumnElement[bool]] = (),
    cursor: Cursor | None = None,
    limit: int = 26,
    backwards: bool = False,
    is_bounded: bool = False,
    is_listed: bool = False,
) -> Sequence[Row[Any]]:
    """Ids of a page, each with its sort's value as `key`."""
    if not legs(actor):
        return []
    descending = sort.descending != backwards
    beyond = [_beyond(sort, cursor, descending)] if cursor is not None else []
    if sort.is_indexed and not (is_bounded and sort is not NEWEST):
        if is_bounded:  # an index on another moment would find very many, and none of them as the next one
            conditions = [unindexed(one, UTCDateTime) for one in conditions]
        walk = _walk(actor, state, sort, [*conditions, *beyond], descending, limit, is_bounded, is_listed)
        return reading().all(walk)
    newest = _walk(actor, state, NEWEST, conditions, True, MOST_SORTED, is_bounded, is_listed).subquery()
    found = select(Ticket.id, sort.column.label("key")).join(newest, newest.c.id == Ticket.id).where(*beyond)
    return reading().all(found.order_by(*_order(sort.column, Ticket.id, descending)).limit(limit))


def _walk(
    actor: Actor, state: str, sort: Sort, conditions: Sequence[ColumnElement[bool]], descending: bool, limit: int,
    is_bounded: bool, is_listed: bool,
) -> Select[Any]:  # fmt: skip
    """A page's ids and keys: an index walk for a wide scope, a union of one page a leg for a narrow one; one for each state."""
    found = legs(actor)
    ways = [leg.condition for leg in found]
    if len(found) == 1 or is_listed or is_wide(actor, found, state):
        ways = [or_(*ways)]
    order, must = _order(sort.column, Ticket.id, descending), [*conditions, *narrowing(actor)]
    walk = select(Ticket.id, sort.column.label("key")).where(*must).order_by(*order).limit(limit)
    pages = []
    for one in [state] if state else STATES:
        for way in ways:
            place = [Ticket.state == one, way, *(_recent(actor, one) if is_bounded else ())]
            pages.append(walk.where(*(map(unindexed, place) if is_listed else place)))
    if len(pages) == 1:
        return pages[0]
    together = union(*(select(part.subquery()) for part in pages)).subquery()
    return select(together).order_by(*_order(together.c.key, together.c.id, descending)).limit(limit)


def _order(key: Any, ticket_id: Any, descending: bool) -> tuple[ColumnElement[Any], ...]:
    """A direction, made definite by the id."""
    return (key.desc(), ticket_id.desc()) if descending else (key.asc(), ticket_id.asc())


def is_cut(actor: Actor, state: str) -> bool:
    """True if a bounded list in this state leaves out tickets."""
    return any(_recent(actor, one) for one in ([state] if state else STATES))


def _recent(actor: Actor, state: str) -> list[ColumnElement[bool]]:
    """The condition that leaves `MOST_LOOKED_AT` tickets of a state to look at, none if there are no more. It holds for a minute."""

    def find() -> datetime | None:
        newest = select(Ticket.last_activity_at).where(Ticket.state == state).offset(MOST_LOOKED_AT).limit(1)
        newest = newest.order_by(*_order(Ticket.last_activity_at, Ticket.id, True))
        row = reading().first(select(*(newest.where(leg.condition).scalar_subquery() for leg in legs(actor))))
        return max((moment for moment in row or () if moment is not None), default=None)

    floor = _held(_floors, (scope_key(actor), state), find)
    return [] if floor is None else [Ticket.last_activity_at >= floor]


def _beyond(sort: Sort, cursor: Cursor, descending: bool) -> ColumnElement[bool]:
    """Rows after the cursor in the direction of the walk."""
    column = sort.column
    value: Any = cursor.value
    if not sort.is_indexed:
        value = select(column).where(Ticket.id == cursor.id).correlate(None).scalar_subquery()
    if descending:
        return and_(column <= value, or_(column < value, Ticket.id < cursor.id))
    return and_(column >= value, or_(column > value, Ticket.id > cursor.id))


def is_wide(actor: Actor, found: Sequence[Leg], state: str) -> bool:
    """True if one leg alone has so many tickets that walking the sort's index finds a page sooner. Known for a minute: it only guides."""

    def find() -> bool:
        row = reading().first(select(*(_counted([*_states_in(leg, state), leg.condition], WIDE) for leg in found)))
        return row is not None and max(row) >= WIDE

    return _held(_widths, (scope_key(actor), state, WIDE), find)


def _held(store: dict[Hashable, tuple[float, T]], key: Hashable, find: Callable[[], T]) -> T:
    """What was found within the last minute, or is now."""
    known = store.get(key)
    if known is None or known[0] < time.monotonic():
        known = (time.monotonic() + WIDTH_HOLDS, find())
        _keep(store, key, known)
    return known[1]


def in_state(state: str) -> list[ColumnElement[bool]]:
    """The condition on the state; for "" all but what is in the bin."""
    return [Ticket.state == state] if state else [Ticket.state != BINNED]


def _states_in(leg: Leg, state: str) -> list[ColumnElement[bool]]:
    """The condition on the state beside a leg; one that names tickets by their ids is not to be helped by an index on states."""
    return [unindexed(one) for one in in_state(state)] if leg.name == "referral" else in_state(state)


def _counted(place: Sequence[ColumnElement[bool]], most: int) -> ScalarSelect[int]:
    """How many tickets are there, counted no further than `most`, as a column. The number stands in the text: handing it over is slow."""
    begin, one, end = (literal_column(str(number), Integer) for number in (0, 1, most))
    limited = select(one).where(*place).limit(end).offset(begin)
    return select(func.count()).select_from(limited.subquery()).scalar_subquery()


def count(
    actor: Actor, state: str, *conditions: ColumnElement[bool], is_bounded: bool = False, kept_as: Hashable = None
) -> int:
    """How many tickets of a state the actor sees under the conditions, counted no further than 10,001 (closed: 1,001).

    `is_bounded` as for `page`, `kept_as` as for `counts`; together, for as long as a bound holds.
    """
    if not is_bounded:
        return counts(actor, lambda: {"": (state, conditions)}, kept_as)[""]
    parts, held = [state] if state else STATES, kept_as and (kept_as, time.monotonic() // WIDTH_HOLDS)
    found = counts(actor, lambda: {one: (one, [*conditions, *_recent(actor, one)]) for one in parts}, held)
    return min(sum(found.values()), _most(state) + 1)


def counts(
    actor: Actor, asked: Callable[[], Asked], kept_as: Hashable = None, listed: Collection[str] = ()
) -> dict[str, int]:
    """Like `count`, for several lists in one query: name → number, from name → (state, conditions).

    `kept_as` stands for what `asked` returns: under the same one each process keeps the query and, until the next ticket event or change of
    the set-up, or for `COUNTS_HOLD` seconds, the numbers. `listed` names those whose conditions name tickets by id: counted each time.
    """
    found, narrow, here = legs(actor), narrowing(actor), site()
    is_kept = kept_as is not None and not narrow
    key = (scope_key(actor), kept_as)
    counting = _countings.get(key) if is_kept else None
    statement, states = counting = counting or _counting(found, narrow, asked(), listed)
    store = cast("dict[Hashable, Sequence[int]]", here.extra.setdefault("listing.counts", {}))
    place = (key, here.settings.edition, clock.now().timestamp() // COUNTS_HOLD)
    known = store.get(place) if is_kept else None
    row = reading().execute(statement, {"past": known[0] if known else -1}).one()
    numbers = [old if new is None else new for new, old in zip(row, known or row, strict=True)]
    if is_kept and here.db.writing is None:  # what it has written may yet be rolled back
        _keep(_countings, key, counting)
        _keep(store, place, numbers)
    left = iter(numbers[1:])
    return {name: min(sum(next(left) for _ in found), _most(state) + 1) for name, state in states.items()}


def _counting(
    found: Sequence[Leg], narrow: Sequence[ColumnElement[bool]], asked: Asked, listed: Collection[str]
) -> Counting:
    """The query of `counts`, and the state of each list: the newest event, then a column for each list and leg, NULL where that event is
    the `past` one, for then there is nothing to count."""
    newest = func.coalesce(func.max(TicketEvent.id), 0)
    events = select(newest.label("newest"), (newest != bindparam("past")).label("is_news")).subquery().c

    def column(name: str, state: str, conditions: Sequence[ColumnElement[bool]], leg: Leg) -> ColumnElement[int]:
        place = [*_states_in(leg, state), leg.condition]
        if name in listed:
            place = [unindexed(one) for one in (*in_state(state), leg.condition)]
        number = _counted([*place, *conditions, *narrow], _most(state) + 1)
        return number if name in listed else case((events.is_news, number))

    columns = [column(name, *place, leg) for name, place in asked.items() for leg in _apart(found)]
    return select(events.newest, *columns), {name: state for name, (state, _conditions) in asked.items()}


def _keep(store: dict[Hashable, T], key: Hashable, value: T) -> None:
    """Keep something until there is too much."""
    if len(store) >= MOST_KEPT and key not in store:
        store.clear()
    store[key] = value


def _most(state: str) -> int:
    """How far tickets of a state are counted."""
    return MOST_OPEN if state == "open" else MOST_CLOSED


def _apart(found: Sequence[Leg]) -> list[Leg]:
    """The legs narrowed so that no ticket meets two: each is then counted on its own index, and the numbers add up."""
    ordered = sorted(found, key=lambda leg: leg.name != "department")  # the widest first, so that it stays the simplest
    return [
        Leg(
            leg.name,
            and_(leg.condition, *(not_(func.coalesce(other.condition, false())) for other in ordered[:place])),
        )
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


def matches(words: str, by_rank: bool = False, soon: int = 0) -> Select[Any] | None:
    """Ids of the newest tickets that contain words, in anybody's sight, as whoever searches here finds them; None if nobody does. With
    `soon` no more than so many, of those that can be found at once."""
    known, backends = reading().dialect, site().hooks.collect(RunningHooks.search_backends)
    asked = (one.ranked(known, words, True) if by_rank else one.matching(known, words, True, soon) for one in backends)
    return next((found for found in asked if found is not None), None)


def rows(ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The columns that lists show, for a few ids that came out of a scope, in their order."""
    if not ids:
        return []
    by_id = {row.id: row for row in reading().all(_ROWS, {"ids": list(ids)})}
    return [by_id[row_id] for row_id in ids if row_id in by_id]
