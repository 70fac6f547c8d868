"""The queues that every site begins with. Their words are translated while nobody gives them a title."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hookdesk.api import Priority, Status, counters, reading, transact
from hookdesk_queues.models import Queue

WORDS: Mapping[str, Any] = {
    "open": _l("Open"), "unanswered": _l("Unanswered"), "unassigned": _l("Unassigned"), "overdue": _l("Overdue"),
    "urgent": _l("Overdue and high priority"), "pending": _l("Waiting for requester"), "vip": _l("VIP organizations"),
    "new": _l("New in 24 hours"), "mine": _l("Mine"), "teams": _l("My teams"), "mentions": _l("Mentions"), "drafts": _l("Drafts"),
    "closed": _l("Solved and closed"), "closed-today": _l("Closed today"), "closed-week": _l("Closed this week"),
}  # fmt: skip
Part = tuple[str, str, Any]


def _queues(urgent: list[int], pending: int | None) -> list[tuple[str, str, str, str, list[Part]]]:
    """Key, key of the one above, icon, state, and conditions, those above first."""
    waiting: list[tuple[str, str, str, str, list[Part]]] = [
        ("pending", "open", "s-pending", "open", [("status", "is", pending)])
    ]
    return [
        ("open", "", "inbox", "open", []),
        ("unanswered", "open", "reply", "open", [("answered", "is", False)]),
        ("unassigned", "open", "help", "open", [("assignee", "is_empty", None)]),
        ("overdue", "open", "sla", "open", [("due", "during", "past")]),
        ("urgent", "overdue", "flag", "open", [("priority", "in", urgent)]),
        *(waiting if pending is not None else []),
        ("vip", "open", "star", "open", [("vip", "is", True)]),
        ("new", "open", "clock", "open", [("created", "in_last", "24h")]),
        ("mine", "", "user", "open", [("assignee", "is_me", None)]),
        ("teams", "", "users", "open", [("team", "is_mine", None)]),
        ("mentions", "", "bell", "", [("mention", "is_me", None)]),
        ("drafts", "", "pen", "", [("draft", "is_me", None)]),
        ("closed", "", "s-solved", "closed", []),
        ("closed-today", "closed", "s-closed", "closed", [("closed", "during", "today")]),
        ("closed-week", "closed", "s-closed", "closed", [("closed", "during", "this_week")]),
    ]


def first_queues() -> None:
    """Store them, if there is no queue of everybody."""
    if reading().scalar(select(func.count()).select_from(Queue).where(Queue.agent_id.is_(None))):
        return
    urgent = list(reading().scalars(select(Priority.id).where(Priority.key.in_(("high", "emergency")))))
    pending = reading().scalar(select(Status.id).where(Status.key == "pending"))
    transact(lambda session: _store(session, _queues(urgent or [0], pending)))


def _store(session: Session, queues: list[tuple[str, str, str, str, list[Part]]]) -> None:
    """Add their rows."""
    made: dict[str, Queue] = {}
    for place, (key, above, icon, state, parts) in enumerate(queues, start=1):
        conditions = [
            {"field": name, "operator": operator} | ({} if value is None else {"value": value})
            for name, operator, value in parts
        ]
        made[key] = Queue(
            key=key, icon=icon, state=state, position=place, parent_id=made[above].id if above else None,
            inherits=["conditions", "columns", "sorts", "export"] if above else [],
            conditions={"version": 1, "mode": "all", "parts": conditions},
        )  # fmt: skip
        session.add(made[key])
        session.flush()
    counters.increase(session, "settings")
