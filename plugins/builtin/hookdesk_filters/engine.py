"""Rules at work: compiled once, then asked of each new ticket in their order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError

from hookdesk.api import Field, FilterAction, RuleNote, TicketDraft, criteria
from hookdesk_filters.rules import ActionWords, RuleValues

logger = logging.getLogger("hookdesk.filters")
MOST_TOLD = 150
"""So many rules that did not match say why not; a trace has room for fewer."""
Noted = Callable[[RuleNote, TicketDraft], None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A rule, ready to be asked. One with a `problem` is never asked."""

    id: int
    version: int
    values: RuleValues
    matcher: criteria.Matcher | None = None
    actions: tuple[tuple[FilterAction, Mapping[str, Any]], ...] = ()
    words: str = ""
    problem: str = ""

    @property
    def ref(self) -> str:
        """How traces name it."""
        return f"filters:{self.id}"

    @property
    def is_last(self) -> bool:
        """True if no ticket comes of what it matches."""
        return any(action.is_last for action, _values in self.actions)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that matched, and what it did in words."""

    rule: Compiled
    outcome: str


def compiled(
    rule_id: int,
    version: int,
    values: RuleValues,
    fields: Mapping[str, Field],
    actions: Mapping[str, FilterAction],
    words: ActionWords,
) -> Compiled:
    """A rule, made ready; what is wrong with it stands in its `problem`."""
    try:
        group = criteria.load(values.conditions, fields)
    except criteria.CriteriaProblem as problem:
        return Compiled(rule_id, version, values, problem=str(problem))
    gone = [str(item["do"]) for item in values.actions if item["do"] not in actions]
    if gone:
        return Compiled(rule_id, version, values, problem=str(_("nobody knows the action “%(name)s”", name=gone[0])))
    chosen = tuple((actions[item["do"]], item["with"]) for item in values.actions)
    said = "; ".join(words.of(action, given) for action, given in chosen)
    return Compiled(rule_id, version, values, criteria.compiled(group), chosen, said)


def run(
    draft: TicketDraft, rules: Sequence[Compiled], fields: Mapping[str, Field], noted: Noted
) -> tuple[TicketDraft, list[Fired]]:
    """Ask every rule in its order, until one stops the others. `noted` is told of each, with the draft as it is then."""
    fired: list[Fired] = []
    told = 0
    values = criteria.Folded(criteria.DraftValues(draft, fields))
    for rule in rules:
        started = perf_counter_ns()
        outcome, matched, findings = _why_not_asked(rule, draft), False, list[criteria.Finding]()
        if not outcome:
            matched, findings, outcome = _compared(rule, values, told < MOST_TOLD)
            told += not matched
        changed: TicketDraft | None = None
        if matched:
            changed, outcome = _done(rule, draft)
        took = (perf_counter_ns() - started) // 1000
        compared = [_finding(one, fields) for one in findings]
        noted(RuleNote(rule.ref, rule.values.name, rule.version, matched, outcome, compared, took), changed or draft)
        if changed is None:
            continue
        fired.append(Fired(rule, outcome))
        if changed is not draft:
            draft = changed
            values = criteria.Folded(criteria.DraftValues(draft, fields))
        if rule.values.stops or (draft.verdict is not None and draft.verdict.strength):
            break
    return draft, fired


def _why_not_asked(rule: Compiled, draft: TicketDraft) -> str:
    """Why a rule has nothing to say about this ticket at all; "" if it is asked."""
    if rule.problem:
        return str(_("skipped: %(reason)s", reason=rule.problem))
    if rule.values.channels and draft.channel not in rule.values.channels:
        return str(_("not for this channel"))
    return ""


def _compared(rule: Compiled, values: criteria.Folded, tells_all: bool) -> tuple[bool, list[criteria.Finding], str]:
    """Whether a rule matches; each of its comparisons, if it does or `tells_all`; and why it could not be asked after all."""
    assert rule.matcher is not None  # it has no problem
    findings: list[criteria.Finding] = []
    try:
        matched = rule.matcher(values, None)
        if matched or tells_all:
            rule.matcher(values, findings)
    except DBAPIError:
        raise  # no fault of the rule's
    except Exception as error:  # a field of any plugin: it must not take the other rules along
        logger.exception("the filter %s cannot be asked", rule.id)
        return False, [], str(_("skipped: %(reason)s", reason=f"{type(error).__name__}: {error}"))[:400]
    return matched, findings, ""


def _done(rule: Compiled, draft: TicketDraft) -> tuple[TicketDraft | None, str]:
    """The draft after a rule's actions, None if one of them cannot be done (then none is); and what came of it."""
    changed = draft
    try:
        for action, values in rule.actions:
            if problem := action.check(values):
                return None, str(_("skipped: %(reason)s", reason=f"{action.label}: {problem}"))
            changed = action.apply(changed, values)
    except DBAPIError:
        raise  # no fault of the rule's
    except Exception as error:  # an action of any plugin: it must not take the other rules along
        logger.exception("the filter %s failed", rule.id)
        return None, str(_("skipped: %(reason)s", reason=f"{type(error).__name__}: {error}"))[:400]
    stops = str(_("stops here")) if rule.values.stops else ""
    return changed, "; ".join(filter(None, (rule.words, stops)))


def _finding(one: criteria.Finding, fields: Mapping[str, Field]) -> dict[str, Any]:
    """One comparison, as the trace keeps it."""
    field = fields.get(one.field)
    return {
        "field": one.field, "label": str(field.label) if field else one.field, "operator": one.operator, "value": one.value,
        "actual": one.actual, "result": one.result,
    }  # fmt: skip
