"""The link of the `ticket_filter` chain: asks the active rules of a new ticket and remembers which matched."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale

from hookdesk.api import TicketDraft, clock, explain, note_rule
from hookdesk_filters import cache, engine

HIT = "p_filters__hit"


def applied(draft: TicketDraft) -> TicketDraft | None:
    """The draft as the rules leave it; None if none of them matched."""
    rules, fields = cache.active()
    if not rules:
        return None
    with force_locale(cache.LANGUAGE):
        changed, fired = engine.run(draft, rules, fields, lambda note, _draft: note_rule(note))
    if not fired:
        return None
    explain("; ".join(f"“{one.rule.values.name}”: {one.outcome}" for one in fired)[:1000])
    return _remembered(changed, fired)


def _remembered(draft: TicketDraft, fired: Sequence[engine.Fired]) -> TicketDraft:
    """The draft with a row for each rule that matched; where no ticket comes of it, the rows name the intake record alone."""
    is_refused = draft.verdict is not None and draft.verdict.strength > 0
    now = clock.now()
    rows = [
        {"rule_id": one.rule.id, "version": one.rule.version, "outcome": one.outcome[:500], "happened_at": now}
        for one in fired
    ]
    return draft.with_rows(HIT, *rows, ticket_column="" if is_refused else "ticket_id", intake_column="intake_id")
