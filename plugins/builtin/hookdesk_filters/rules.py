"""A rule as a value: what an admin states, checked before it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import ActionField, Field, FilterAction, clean_line, clean_text, criteria, site
from hookdesk_filters.hookspecs import FilterHooks

MOST_RULES, MOST_ACTIONS, MOST_NAME, MOST_NOTES = 1000, 20, 100, 4000


class RuleProblem(ValueError):
    """A rule cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a rule says. `conditions` is their JSON form; no `channels` means every channel; actions are `{"do": …, "with": {…}}`."""

    name: str
    conditions: Mapping[str, Any]
    actions: tuple[Mapping[str, Any], ...] = ()
    channels: tuple[str, ...] = ()
    stops: bool = False
    notes: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "channels": list(self.channels), "actions": list(self.actions)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RuleValues:
        """From what `as_json` made, or from a row of `Version`'s columns."""
        return cls(
            name=data["name"], conditions=data["conditions"], actions=tuple(data["actions"]), channels=tuple(data["channels"]),
            stops=data["stops"], notes=data["notes"],
        )  # fmt: skip


def known_actions() -> dict[str, FilterAction]:
    """Every action by name; the first plugin that has one of a name keeps it."""
    found: dict[str, FilterAction] = {}
    for action in site().hooks.collect(FilterHooks.filter_actions):
        found.setdefault(action.name, action)
    return found


def early_fields() -> dict[str, Field]:
    """The fields that rules may compare: those that are known when a ticket is opened."""
    return {name: field for name, field in criteria.known_fields().items() if field.is_early}


def channel_choices() -> list[tuple[str, str]]:
    """The channels that a rule can be for, as a field of conditions has them."""
    choices = criteria.known_fields()["channel"].choices
    return list(choices()) if choices else []


def checked(values: RuleValues) -> RuleValues:
    """The values, cleaned.

    Raises:
        RuleProblem: something cannot be stored, or could not do what it says.
    """
    name = clean_line(values.name)
    if not 0 < len(name) <= MOST_NAME:
        raise RuleProblem("name", _("Give the filter a name of at most %(most)s characters.", most=MOST_NAME))
    if len(values.notes) > MOST_NOTES:
        raise RuleProblem("notes", _("Use at most %(most)s characters.", most=MOST_NOTES))
    try:
        conditions = criteria.dump(criteria.load(values.conditions, early_fields()))
    except criteria.CriteriaProblem as problem:
        raise RuleProblem("conditions", str(problem)) from None
    if not values.actions and not values.stops:
        raise RuleProblem("actions", _("Say what the filter does: add an action, or let it stop the others."))
    if len(values.actions) > MOST_ACTIONS:
        raise RuleProblem("actions", _("A filter has at most %(most)s actions.", most=MOST_ACTIONS))
    actions = checked_actions(values.actions)
    known = {channel for channel, _label in channel_choices()}
    if gone := [channel for channel in values.channels if channel not in known]:
        raise RuleProblem("channels", _("There is no channel “%(name)s”.", name=str(gone[0])[:MOST_NAME]))
    return RuleValues(name, conditions, actions, values.channels, values.stops, clean_text(values.notes))


def checked_actions(given: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Actions with values that fit.

    Raises:
        RuleProblem: one is unknown, lacks a value, or cannot be done at the moment.
    """
    known, found = known_actions(), []
    for item in given:
        action = known.get(str(item.get("do")))
        if action is None:
            raise RuleProblem("actions", _("There is no action %(name)s.", name=str(item.get("do"))[:60]))
        values = item.get("with") or {}
        if not isinstance(values, Mapping):
            raise RuleProblem("actions", _("%(action)s: its values cannot be read.", action=action.label))
        fitted = {field.name: _fitted(action, field, values.get(field.name)) for field in action.fields}
        if problem := action.check(fitted):
            raise RuleProblem("actions", f"{action.label}: {problem}")
        found.append({"do": action.name, "with": fitted})
    return tuple(found)


def _fitted(action: FilterAction, field: ActionField, value: Any) -> Any:
    """One value in the type of its field."""
    if field.kind == "switch":
        return bool(value)
    if field.kind == "choice":
        for known, _label in field.choices() if field.choices else ():
            if value is not None and str(known) == str(value):
                return known
        if value in (None, "") and not field.is_needed:
            return None
        raise RuleProblem("actions", _("%(action)s: choose a value that is there.", action=action.label))
    text = "" if value is None else str(value)
    text = clean_text(text).strip() if field.kind == "lines" else clean_line(text)
    if (field.is_needed and not text) or len(text) > field.most:
        words = _(
            "%(action)s: “%(field)s” needs 1 to %(most)s characters.",
            action=action.label,
            field=field.label,
            most=field.most,
        )
        raise RuleProblem("actions", words)
    return text


class ActionWords:
    """Actions in words, with the choices that they name asked for once."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._labels: dict[tuple[str, str], dict[Any, str]] = {}

    def labels(self, action: FilterAction, field: ActionField) -> Mapping[Any, str]:
        """Value → label of one field's choices."""
        key = (action.name, field.name)
        if key not in self._labels:
            self._labels[key] = dict(field.choices()) if field.choices else {}
        return self._labels[key]

    def of(self, action: FilterAction, values: Mapping[str, Any]) -> str:
        """What an action does, in one line: "Set department: Billing"."""
        said = []
        for field in action.fields:
            value = values.get(field.name)
            if field.kind == "switch":
                said += [field.label] if value else []
            elif field.kind == "choice":
                said += [self.labels(action, field).get(value, _("Unavailable"))] if value is not None else []
            elif value:
                said.append(str(value).splitlines()[0][:60])
        return f"{action.label}: {' · '.join(said)}" if said else str(action.label)
