"""One message through all rules, step by step, without storing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hookdesk.api import Field, InboundMessage, RuleNote, TicketDraft, criteria
from hookdesk_filters import cache, engine, messages
from hookdesk_filters.rules import early_fields


@dataclass(frozen=True, slots=True)
class Shown:
    """One rule's step: what it said, and field → (before, after) of what it changed."""

    note: RuleNote
    changes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Every step, in order, and the draft at the end."""

    steps: list[Shown]
    draft: TicketDraft
    asked: int
    rules: int


def through(message: InboundMessage) -> Attempt:
    """Ask the active rules of a message as if it had just come in."""
    fields = early_fields()
    rules = cache.load(fields)
    draft = messages.draft_of(message)
    steps: list[Shown] = []
    before = draft

    def noted(note: RuleNote, after: TicketDraft) -> None:
        nonlocal before
        steps.append(Shown(note, _changes(before, after, fields)))
        before = after

    ended, _fired = engine.run(draft, rules, fields, noted)
    return Attempt(steps, ended, len(steps), len(rules))


def _changes(before: TicketDraft, after: TicketDraft, fields: Mapping[str, Field]) -> dict[str, tuple[Any, Any]]:
    """What differs between two drafts, by the fields of conditions."""
    if before is after:
        return {}
    old, new = criteria.DraftValues(before, fields), criteria.DraftValues(after, fields)
    return {name: (old[name], new[name]) for name in fields if old[name] != new[name]}
