"""The blueprint that all modules of views share, and what they share besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import NotFound, Operator, criteria, reading
from hookdesk_filters import services
from hookdesk_filters.models import Rule
from hookdesk_filters.rules import ActionWords, RuleValues, early_fields, known_actions

MOST_SHOWN = 120
"""Characters of a value that a step shows."""
bp = Blueprint("filters", __name__, url_prefix="/admin/filters")


def found(rule_id: int) -> tuple[Rule, RuleValues]:
    """A rule and what it says, or the page that says there is none."""
    rule: Rule | None = reading().scalars(select(Rule).where(Rule.id == rule_id)).first()
    values = services.version(reading(), rule_id, rule.version) if rule is not None else None
    if rule is None or values is None:
        raise NotFound("no such filter")
    return rule, values


class Wording:
    """Rules in words, with everything that they name looked up once."""

    def __init__(self) -> None:
        """Ask for fields, actions and choices."""
        self.fields = early_fields()
        self.actions = known_actions()
        self._actions = ActionWords()
        self._labels = criteria.choice_labels(self.fields)

    def conditions(self, values: RuleValues) -> str:
        """The conditions of a rule; what is wrong with them if they cannot be read any more."""
        try:
            group = criteria.load(values.conditions, self.fields)
        except criteria.CriteriaProblem as problem:
            return str(problem)
        return criteria.sentence(group, self.fields, self._labels)

    def does(self, values: RuleValues) -> list[str]:
        """The actions of a rule, one line each."""
        return [
            self._actions.of(self.actions[item["do"]], item["with"]) if item["do"] in self.actions else str(item["do"])
            for item in values.actions
        ]

    def channels(self, values: RuleValues) -> list[str]:
        """The channels of a rule by their names."""
        names = self._labels.get("channel", {})
        return [names.get(channel, channel) for channel in values.channels]

    def value(self, field: str, value: Any) -> str:
        """A value of a field as it is shown."""
        return criteria.value_words(value, self._labels.get(field))

    def ticket_url(self, number: str) -> str:
        """A ticket's page in the desk; "" where there is no desk."""
        return url_for("desk.ticket", number=number) if "desk.ticket" in current_app.view_functions else ""

    def label(self, field: str) -> str:
        """The name of a field."""
        return str(self.fields[field].label) if field in self.fields else field

    def compared(self, one: Mapping[str, Any]) -> str:
        """A comparison of a step: what was wanted, and what stood there."""
        operator = criteria.OPERATOR_WORDS[Operator(one["operator"])]
        said = f"{one['label']} {operator}"
        if one["operator"] not in criteria.ALONE:
            said += f" {self.value(one['field'], one['value'])}"
        actual = self.value(one["field"], one["actual"])
        shown = actual if len(actual) <= MOST_SHOWN else f"{actual[: MOST_SHOWN - 1]}…"
        return str(_("%(comparison)s; it is %(actual)s", comparison=said, actual=shown))
