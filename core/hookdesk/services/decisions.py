"""The decision trace: what hooks did, turned into rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db import gathered
from hookdesk.models import Decision, table_of
from hookdesk.plugins.record import Step
from hookdesk.services import counters
from hookdesk.types.trace import RuleNote

MOST_STEPS = 200
MOST_IDS = 50
MOST_COMPARED = 50
MOST_RULE_BYTES = 16_000
"""What the rules of one step may take up, about a hundred of them."""
_COMPACTED = "decisions.compacted"
_HIDDEN = frozenset({"message", "rows", "files", "text", "html", "quoted", "verdict"})


def core_step(hook: str, reason: str, outcome: str = "decided", **changes: Any) -> Step:
    """A decision of core itself: (field=(before, after))."""
    return Step(hook=hook, plugin="core", outcome=outcome, reason=reason, changes=changes)


def record(session: Session, steps: Iterable[Step], ticket_id: int | None = None, intake_id: int | None = None) -> None:
    """Store the trace, unless nobody decided anything about a mere reply."""
    asked = rows(steps)
    if asked and (intake_id is not None or asked[0]["hook"]):
        about = {"ticket_id": ticket_id, "intake_id": intake_id, "created_at": clock.now()}
        gathered.add(session, table_of(Decision), [{**about, **row} for row in asked])


def rows(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """The trace as it is stored and shown: the steps that decided something, asked rules or failed; whoever else was asked stands in one
    row more, without a hook."""
    asked = list(steps)
    told = [step for step in asked if step.outcome != "passed" or step.rules][:MOST_STEPS]
    passed = [step for step in asked if step.outcome == "passed" and not step.rules][:MOST_STEPS]
    return [*map(_columns, told), *([_passed(passed)] if passed else [])]


def _columns(step: Step) -> dict[str, Any]:
    """What a row says of a step."""
    changes = {name: [_short(old), _short(new)] for name, (old, new) in step.changes.items() if name not in _HIDDEN}
    return {
        "hook": step.hook, "plugin": step.plugin, "outcome": step.outcome, "reason": step.reason[:1000], "changes": changes,
        "compared": _compared(step.compared), "rules": _rules(step.rules), "microseconds": step.microseconds,
    }  # fmt: skip


def _passed(steps: Sequence[Step]) -> dict[str, Any]:
    """One row for all who were asked and had nothing to say: [hook, plugin, microseconds] each."""
    return {
        "hook": "", "plugin": "core", "outcome": "passed", "reason": "", "changes": {}, "rules": [],
        "compared": [[step.hook, step.plugin, step.microseconds] for step in steps],
        "microseconds": sum(step.microseconds for step in steps),
    }  # fmt: skip


def _compared(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Comparisons, each value cut to what a page shows."""
    return [{key: _short(value) for key, value in item.items()} for item in items[:MOST_COMPARED]]


def _rules(notes: Sequence[RuleNote]) -> list[dict[str, Any]]:
    """Rules as they are kept, in their order: those that matched first get room, then the others, with the comparison that decided against
    them; how many did not fit stands last as {"more": number}."""
    kept, room = {}, MOST_RULE_BYTES
    for place, rule in sorted(enumerate(notes), key=lambda item: not item[1].matched):
        short = _rule(rule)
        room -= len(json.dumps(short))
        if room < 0:
            break
        kept[place] = short
    more = [{"more": len(notes) - len(kept)}] if len(kept) < len(notes) else []
    return [kept[place] for place in sorted(kept)] + more


def _rule(rule: RuleNote) -> dict[str, Any]:
    """One rule in short."""
    failed = [item for item in rule.compared if not item.get("result")]
    compared = rule.compared if rule.matched else failed[:1]
    return {
        "ref": rule.ref, "name": rule.name[:100], "version": rule.version, "matched": rule.matched, "outcome": rule.outcome[:300],
        "compared": _compared(compared), "microseconds": rule.microseconds,
    }  # fmt: skip


def compact(session: Session, before: datetime, most: int) -> int:
    """Forget what was compared in steps older than that, the rules that did not match, and who had nothing to say; at most so many steps at
    a time, how many it were. What was decided, by whom and why, stays as long as the ticket."""
    table = table_of(Decision)
    columns = (table.c.id, table.c.outcome, table.c.hook, table.c.rules, table.c.created_at)
    done = counters.current(_COMPACTED) or 0
    following = select(*columns).where(table.c.id > done).order_by(table.c.id).limit(most)
    old = [row for row in session.execute(following) if row.created_at < before]
    if not old:
        return 0
    silent = [row.id for row in old if row.outcome == "passed" and not row.hook]
    session.execute(delete(table).where(table.c.id.in_(silent)))
    short = update(table).where(table.c.id == bindparam("step")).values(compared=[], rules=bindparam("kept"))
    kept = [
        {"step": row.id, "kept": [{**rule, "compared": []} for rule in row.rules if rule.get("matched")]} for row in old
    ]
    session.connection().execute(short, kept)
    counters.advance(session, _COMPACTED, old[-1].id)
    return len(old)


def _short(value: Any) -> Any:
    """A value that JSON can hold, cut to what a page shows."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_short(item) for item in value[:MOST_IDS]]
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 200 else text[:199] + "…"
