"""A new ticket gets its plan and its clocks, in the transaction that stores it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from hookdesk.api import (
    BusinessCalendar,
    Priority,
    SlaHooks,
    Status,
    TicketDraft,
    cached,
    clock,
    explain,
    reading,
    site,
)
from hookdesk_sla import reckoning
from hookdesk_sla.choosing import Book
from hookdesk_sla.rules import FIRST, RESOLUTION, Rule

CLOCKS, PAUSES = "p_sla__clock", "p_sla__pause"


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft with its plan, what is due first and the rows of its clocks; None if there is no plan for it."""
    book = Book()
    rule, why = book.choose(draft.sla, draft.department_id)
    if rule is None:
        return draft.replace(sla="") if draft.sla else None
    status = _row(Status, draft.status_id)
    if status is not None and status.state == "closed":
        return draft.replace(sla=rule.ref)
    calendar = book.calendar(rule, draft.department_id)
    explain(f"{rule.name}, {why}; hours: {calendar.name}")
    reason = _paused(draft, status)
    rows = first_rows(rule, calendar, getattr(_row(Priority, draft.priority_id), "id", None), bool(reason))
    dues = [row["due_at"] for row in rows]
    changed = draft.replace(sla=rule.ref, due_at=min(dues, default=None)).with_rows(CLOCKS, *rows)
    if reason:
        changed = changed.with_rows(PAUSES, {"reason": reason[:200], "began_at": clock.now(), "ended_at": None})
    return changed


def first_rows(
    rule: Rule, calendar: BusinessCalendar, priority_id: int | None, is_paused: bool
) -> list[dict[str, Any]]:
    """The clocks that begin with a ticket."""
    now, found = clock.now(), []
    for target in (FIRST, RESOLUTION):
        allowance = rule.allowance(target, priority_id)
        if allowance is None:
            continue
        row = {
            "plan_id": rule.id, "target": target, "state": "paused" if is_paused else "running", "outcome": "", "allowance": allowance,
            "started_at": now, "warn_at": clock.NEVER, "due_at": clock.NEVER, "next_at": clock.NEVER, "fired": [],
        }  # fmt: skip
        if not is_paused:
            due = calendar.add(now, allowance)
            marks = reckoning.marks(rule, target, allowance, due, calendar)
            row |= {"due_at": due, "warn_at": marks[reckoning.WARN], "next_at": min(marks.values())}
        found.append(row)
    return found


def _row(model: Any, wanted: int | None) -> Any:
    """The chosen status or priority, else the default one."""
    kept: Sequence[Any] = cached(f"sla.{model.__tablename__}", lambda: reading().all(select(*model.__table__.columns)))
    return next((row for row in kept if (row.is_default if wanted is None else row.id == wanted)), None)


def _paused(draft: TicketDraft, status: Any) -> str | None:
    """Why the clocks of a new ticket stand still from its beginning; None if they run."""
    about = {
        "status": status.key if status else "", "department_id": draft.department_id, "priority_id": draft.priority_id,
        "topic_ref": draft.topic, "channel": draft.channel, "sla_ref": draft.sla, "state": "open",
    }  # fmt: skip
    return site().hooks.veto(SlaHooks.sla_paused, ticket=about)
