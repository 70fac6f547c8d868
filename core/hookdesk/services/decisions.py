"""The decision trace: what hooks did, turned into rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.models import Decision, table_of
from hookdesk.plugins.record import Step

MOST_STEPS = 200
MOST_IDS = 50
_HIDDEN = frozenset({"message", "rows", "files", "text", "html", "quoted"})


def core_step(hook: str, reason: str, outcome: str = "decided", **changes: Any) -> Step:
    """A decision of core itself: (field=(before, after))."""
    return Step(hook=hook, plugin="core", outcome=outcome, reason=reason, changes=changes)


def record(session: Session, steps: Iterable[Step], ticket_id: int | None = None, intake_id: int | None = None) -> None:
    """Store the steps that decided something or failed to; those that let the draft pass unchanged say nothing."""
    told = [step for step in steps if step.outcome != "passed"][:MOST_STEPS]
    if told:
        about = {"ticket_id": ticket_id, "intake_id": intake_id, "created_at": clock.now()}
        session.execute(insert(table_of(Decision)), [{**about, **_columns(step)} for step in told])


def _columns(step: Step) -> dict[str, Any]:
    """What a row says of a step."""
    changes = {name: [_short(old), _short(new)] for name, (old, new) in step.changes.items() if name not in _HIDDEN}
    compared = [{key: _short(value) for key, value in item.items()} for item in step.compared[:50]]
    return {
        "hook": step.hook, "plugin": step.plugin, "outcome": step.outcome, "reason": step.reason[:1000], "changes": changes,
        "compared": compared, "microseconds": step.microseconds,
    }  # fmt: skip


def _short(value: Any) -> Any:
    """A value that JSON can hold, cut to what a page shows."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple) and all(isinstance(item, int) for item in value):
        return list(value[:MOST_IDS])
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:199] + "…"
