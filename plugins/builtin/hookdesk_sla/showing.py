"""What is due next, for lists and heads of tickets: read off the clocks' rows, reckoned with nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from sqlalchemy import Row, bindparam, select

from hookdesk.api import Due, clock, reading
from hookdesk_sla.models import Clock, Plan
from hookdesk_sla.rules import target_name

WARNED = 0.75

_SHOWN = (
    select(
        Clock.ticket_id,
        Clock.target,
        Clock.state,
        Clock.started_at,
        Clock.warn_at,
        Clock.due_at,
        Plan.name,
    )
    .outerjoin(Plan, Plan.id == Clock.plan_id)
    .where(Clock.state != "done", Clock.ticket_id.in_(bindparam("ticket_ids", expanding=True)))
    .order_by(Clock.due_at, Clock.id)
)


def due(ticket_ids: Sequence[int]) -> dict[int, Due]:
    """What is due next on each of these tickets: the soonest of what runs, else what stands still."""
    found: dict[int, Due] = {}
    for row in reading().all(_SHOWN, {"ticket_ids": list(ticket_ids)}):
        found.setdefault(row.ticket_id, _due(row))
    return found


def _due(row: Row[Any]) -> Due:
    """A clock's row as pages take it."""
    if row.state == "paused":
        return Due(target_name(row.target), None, "paused", 0.0, _note(row))
    now = clock.now()
    state = "breached" if row.due_at <= now else "running"
    return Due(target_name(row.target), row.due_at, state, share(row, now), _note(row))


def _note(row: Row[Any]) -> str:
    """Until when, and by which plan."""
    plan = row.name or _("set by an agent")
    if row.state == "paused":
        return str(_("%(plan)s, the clock stands still", plan=plan))
    return str(_("%(plan)s, by %(time)s", plan=plan, time=format_datetime(row.due_at, "short")))


def share(row: Any, now: datetime) -> float:
    """How much of a clock's time is used. Working hours are known at three points (its beginning, the warning, its end), between which this
    goes evenly: enough for a ring, and a list need not lay out calendars."""
    if now >= row.due_at:
        return 1.0
    if row.warn_at >= row.due_at or row.warn_at <= row.started_at:
        return _between(row.started_at, now, row.due_at)
    warned = WARNED
    if now >= row.warn_at:
        return warned + (1 - warned) * _between(row.warn_at, now, row.due_at)
    return warned * _between(row.started_at, now, row.warn_at)


def _between(begin: datetime, now: datetime, end: datetime) -> float:
    """How far `now` is from the beginning to the end, 0 to 1."""
    whole = (end - begin).total_seconds()
    return min(1.0, max(0.0, (now - begin).total_seconds() / whole)) if whole > 0 else 1.0
