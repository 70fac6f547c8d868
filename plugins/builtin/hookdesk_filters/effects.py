"""What a rule would do to a ticket, without doing it: which fields it sets, and to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.api import Field, Group, InboundMessage, TicketDraft, criteria
from hookdesk_filters.rules import RuleProblem, RuleValues, early_fields, known_actions

NO_TICKET = "ticket"
"""The name under which an effect says that no ticket would have come of it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A rule's conditions and what it sets: field → value, `varying` fields → the action's words, since they differ by ticket."""

    group: Group
    channels: tuple[str, ...]
    fields: Mapping[str, Field]
    sets: Mapping[str, Any]
    varying: Mapping[str, str]

    @property
    def is_refusal(self) -> bool:
        """True if no ticket would have come of it."""
        return NO_TICKET in self.sets


def of(values: RuleValues) -> Effect:
    """The effect of a rule.

    Raises:
        RuleProblem: it cannot be asked: a field or an action is gone.
    """
    fields = early_fields()
    try:
        group = criteria.load(values.conditions, fields)
    except criteria.CriteriaProblem as problem:
        raise RuleProblem("conditions", str(problem)) from None
    sets, varying = _done(values, fields)
    return Effect(group, values.channels, fields, sets, varying)


def _done(values: RuleValues, fields: Mapping[str, Field]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the actions set, tried on a draft of nothing."""
    known = known_actions()
    sets: dict[str, Any] = {}
    varying: dict[str, str] = {}
    for item in values.actions:
        action = known.get(item["do"])
        if action is None or (problem := action.check(item["with"])):
            words = action.label if action else item["do"]
            raise RuleProblem("actions", f"{words}: {problem if action else 'unknown'}")
        if action.is_last:
            sets[NO_TICKET] = action.label
        elif action.varies:
            varying |= dict.fromkeys(action.sets, action.label)
        elif action.sets:
            draft = action.apply(TicketDraft(InboundMessage("", ""), "", None, ""), item["with"])
            made = criteria.DraftValues(draft, fields)
            sets |= {name: made[name] for name in action.sets if name in fields}
    return sets, varying
