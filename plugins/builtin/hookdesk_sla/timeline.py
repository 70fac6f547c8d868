"""A ticket's clocks as lines: when they ran, stood still, and when nobody worked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from hookdesk.api import BusinessCalendar, TicketView, clock, reading
from hookdesk_sla import durations
from hookdesk_sla.choosing import Book
from hookdesk_sla.models import Clock, Pause
from hookdesk_sla.rules import target_name

WIDTH = 1000
MOST_CLOCKS = 8
LONGEST = timedelta(days=92)
"""What a line shows at most, counted back from its end."""

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a line: `kind` is "worked", "ahead", "paused" or "holiday"; x and width of 1000."""

    kind: str
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Line:
    """A clock: what it is, how it stands, and its line from `begin` to `end`. `now_x` and `due_x` are None off the line."""

    name: str
    state: str
    used: str
    allowance: str
    begin: datetime
    end: datetime
    due_at: datetime | None
    ended_at: datetime | None
    blocks: list[Block]
    now_x: int | None
    due_x: int | None
    notes: list[tuple[str, datetime, datetime | None]]


@dataclass(frozen=True, slots=True)
class Timeline:
    """All lines of a ticket, the newest first, with the hours that count and the plan's name."""

    plan: str
    hours: str
    lines: list[Line]


def of(view: TicketView) -> Timeline:
    """The timeline of a ticket that the guard has let through."""
    book = Book()
    rule = book.rules.get(view.sla_ref)
    calendar = book.calendar(rule, view.department_id)
    clocks = select(*Clock.__table__.columns).where(Clock.ticket_id == view.id).order_by(Clock.id.desc())
    pauses = reading().all(
        select(Pause.reason, Pause.began_at, Pause.ended_at).where(Pause.ticket_id == view.id).order_by(Pause.id)
    )
    lines = [_line(row, pauses, calendar) for row in reading().all(clocks.limit(MOST_CLOCKS))]
    return Timeline(rule.name if rule else "", calendar.name, lines)


def _line(row: Row[Any], pauses: Sequence[Row[Any]], calendar: BusinessCalendar) -> Line:
    """One clock."""
    now = row.ended_at or clock.now()
    due = row.due_at if row.due_at != clock.NEVER else None
    end = max(moment for moment in (now, due, row.started_at + timedelta(minutes=1)) if moment is not None)
    if row.ended_at is not None:
        end = max(row.ended_at, row.started_at + timedelta(minutes=1))
    begin = max(row.started_at, end - LONGEST)
    own = [pause for pause in pauses if (pause.ended_at or end) > begin and pause.began_at < end]
    still = [(max(pause.began_at, begin), min(pause.ended_at or now, end)) for pause in own]
    worked = _without(calendar.spans(begin, min(now, end)), still)
    ahead = calendar.spans(now, end) if end > now and row.state == "running" else []
    off = [(max(first, begin), min(last, end), name) for first, last, name in calendar.closed_days(begin, end)]
    scale = WIDTH / (end - begin).total_seconds()

    def x(moment: datetime) -> int:
        return int((moment - begin).total_seconds() * scale)

    def blocks(kind: str, stretches: Iterable[Stretch]) -> list[Block]:
        return [Block(kind, x(first), max(2, x(last) - x(first))) for first, last in stretches if last > first]

    drawn = blocks("holiday", [(first, last) for first, last, _name in off]) + blocks("ahead", ahead)
    drawn += blocks("worked", worked) + blocks("paused", still)
    notes = [(_("paused: %(reason)s", reason=pause.reason), pause.began_at, pause.ended_at) for pause in own]
    notes += [(name, first, last) for first, last, name in off]
    return Line(
        target_name(row.target), _state(row), _minutes(sum((last - first for first, last in worked), timedelta())),
        durations.show((row.allowance or 0) // 60), begin, end, due, row.ended_at, drawn,
        x(now) if begin <= now < end else None, x(due) if due is not None and begin <= due <= end else None,
        sorted(notes, key=lambda note: note[1]),
    )  # fmt: skip


def _minutes(span: timedelta) -> str:
    """A time in whole minutes."""
    return durations.show(int(span.total_seconds() // 60)) or "0m"


def _state(row: Row[Any]) -> str:
    """How a clock stands, in one word of the page: ok, late, paused, or what became of it."""
    if row.state == "done":
        return str(row.outcome)
    if row.state == "paused":
        return "paused"
    return "late" if row.due_at <= clock.now() else "ok"


def _without(spans: Sequence[Stretch], pauses: Sequence[Stretch]) -> list[Stretch]:
    """Stretches with the pauses (in order) cut out."""
    found: list[Stretch] = []
    for begin, end in spans:
        here = begin
        for stops, goes_on in pauses:
            if goes_on <= here or stops >= end:
                continue
            if stops > here:
                found.append((here, stops))
            here = max(here, goes_on)
        if here < end:
            found.append((here, end))
    return found
