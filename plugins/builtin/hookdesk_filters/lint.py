"""What may be wrong with rules: each by itself, and among the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from hookdesk.api import Comparison, Field, Group, Health, Mode, Operator, criteria
from hookdesk_filters import cache, engine, logic
from hookdesk_filters.rules import ActionWords, RuleValues, early_fields, known_actions

ERROR, WARNING, HINT = "error", "warning", "hint"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a rule. An "error" keeps it from being asked, a "warning" is likely a mistake, a "hint" may be meant."""

    level: str
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A rule as it is looked at: compiled, and its conditions as a group (None if they cannot be loaded)."""

    rule: engine.Compiled
    group: Group | None

    @property
    def values(self) -> RuleValues:
        """What it says."""
        return self.rule.values


def all_rules(rules: Sequence[tuple[int, int, RuleValues]]) -> dict[int, list[Remark]]:
    """Remarks by rule, of these rules in this order."""
    fields = early_fields()
    looked = _looked(rules, fields)
    return {one.rule.id: [*_alone(one, fields), *_among(one, looked[:place])] for place, one in enumerate(looked)}


def _looked(rules: Sequence[tuple[int, int, RuleValues]], fields: Mapping[str, Field]) -> list[Looked]:
    """The rules as they are looked at."""
    actions, words, found = known_actions(), ActionWords(), []
    for rule_id, version, values in rules:
        rule = engine.compiled(rule_id, version, values, fields, actions, words)
        found.append(Looked(rule, None if rule.matcher is None else criteria.load(values.conditions, fields)))
    return found


def one_rule(values: RuleValues, rule_id: int | None = None) -> list[Remark]:
    """Remarks on a rule as it is being written, in the place where it stands or would stand, among the active ones."""
    known = cache.stored()
    key = rule_id or 0
    others = [(other, version, values if other == key else found) for other, version, found in known]
    if all(other != key for other, _version, _values in others):
        others.append((key, 0, values))
    fields = early_fields()
    looked = _looked(others, fields)
    place = next(place for place, one in enumerate(looked) if one.rule.id == key)
    return [*_alone(looked[place], fields), *_among(looked[place], looked[:place])]


def _alone(one: Looked, fields: Mapping[str, Field]) -> list[Remark]:
    """What is wrong with a rule whatever the others say."""
    if one.rule.problem:
        return [Remark(ERROR, one.rule.problem, "broken")]
    found = []
    for action, values in one.rule.actions:
        if problem := action.check(values):
            found.append(Remark(ERROR, f"{action.label}: {problem}", "target"))
        elif warning := action.warn(values):
            found.append(Remark(WARNING, f"{action.label}: {warning}", "action"))
    assert one.group is not None
    if logic.never(_with_channels(one), fields):
        found.append(Remark(WARNING, _("It never matches: its conditions exclude each other."), "never"))
    elif logic.always(one.group):
        found.append(Remark(HINT, _("It has no condition, so it matches every ticket of its channels."), "always"))
    last = next((place for place, (action, _values) in enumerate(one.rule.actions, 1) if action.is_last), None)
    if last is not None and last < len(one.rule.actions):
        found.append(
            Remark(
                WARNING,
                _("What stands behind “%(action)s” has no effect.", action=one.rule.actions[last - 1][0].label),
                "order",
            )
        )
    return found


def _with_channels(one: Looked) -> Group:
    """The conditions of a rule with its channels as one more of them."""
    assert one.group is not None
    if not one.values.channels:
        return one.group
    channels = Comparison("channel", Operator.IN, one.values.channels)
    return Group(Mode.ALL, (one.group, channels))


def _among(one: Looked, earlier: Sequence[Looked]) -> list[Remark]:
    """What the rules before it make of a rule."""
    if one.group is None:
        return []
    found: list[Remark] = []
    own = _with_channels(one)
    for other in earlier:
        if other.group is None:
            continue
        name = other.values.name
        if (other.values.stops or other.rule.is_last) and logic.implies(own, _with_channels(other)):
            text = _("It never gets its turn: “%(name)s” matches all that it would match, and stops.", name=name)
            return [*found, Remark(WARNING, text, "shadowed")]
        lost = _overruled(other, one)
        if lost and logic.implies(_with_channels(other), own):
            text = _("It overrules “%(name)s” each time: %(what)s.", name=name, what=", ".join(lost))
            found.append(Remark(WARNING, text, "overrules"))
    return found


def _overruled(one: Looked, later: Looked) -> list[str]:
    """The actions of a rule whose effect a later one takes back."""
    own = {name: (action, values) for action, values in one.rule.actions for name in action.sets}
    new = {name: (action, values) for action, values in later.rule.actions for name in action.sets}
    return [own[name][0].label for name in own if name in new and own[name][1] != new[name][1]]


def health() -> list[Health]:
    """A line for the health page if rules that are on cannot be asked."""
    fields, rules = early_fields(), cache.stored()
    if not rules:
        return []
    broken = [
        one.values.name
        for one in _looked(rules, fields)
        if any(remark.level == ERROR for remark in _alone(one, fields))
    ]
    if not broken:
        return [Health(_("Filters"), "ok")]
    words = ngettext(
        "One filter is skipped, for what it names is gone: %(names)s.",
        "%(num)d filters are skipped, for what they name is gone: %(names)s.",
        len(broken),
        names=", ".join(broken[:5]),
    )
    return [Health(_("Filters"), "warning", str(words))]
