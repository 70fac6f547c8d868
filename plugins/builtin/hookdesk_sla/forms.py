"""The form of a plan. Times and steps are drawn as tables beside it, for how many there are differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from hookdesk.api import Form, clean_line, clean_text
from hookdesk_sla import durations
from hookdesk_sla.rules import TARGETS, Rule, Step
from hookdesk_sla.services import Values

MOST_STEPS = 30
SPARE_ROWS = 2


class PlanForm(Form):
    """What an admin states about a plan, besides its times and steps."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the plan a name.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    schedule_ref = SelectField(
        _l("Working hours"),
        description=_l("The time that is promised is working time: outside of these hours no clock runs."),
    )
    warn_percent = IntegerField(
        _l("Warn when so much is used, in percent"),
        [
            InputRequired(_l("Write a number from 1 to 99.")),
            NumberRange(1, 99, _l("Write a number from 1 to 99.")),
        ],
        default=75,
        description=_l("From then on, the mark on the ticket is amber."),
    )
    is_active = BooleanField(
        _l("Use it for new tickets"), default=True, description=_l("Tickets under it stay under it.")
    )
    is_default = BooleanField(
        _l("Default plan"),
        description=_l("For tickets that neither a filter, their topic nor their department gives one."),
    )
    follows_department = BooleanField(
        _l("Goes with the department"),
        description=_l("A ticket that is moved to another department gets that department's plan instead."),
    )
    is_silent = BooleanField(
        _l("Alert nobody when it is overdue"), description=_l("The steps below are taken all the same.")
    )
    notes = TextAreaField(_l("Notes"), [Length(max=5000)], filters=[clean_text])


@dataclass(slots=True)
class Tables:
    """Times and steps as they were typed, with what is wrong: what the page shows again."""

    times: dict[tuple[str, str], str] = field(default_factory=dict)
    steps: list[dict[str, str]] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: Rule) -> Tables:
        """A stored plan's."""
        times = {
            (target, priority): durations.show(minutes)
            for target, given in rule.targets.items()
            for priority, minutes in given.items()
        }
        return cls(times, [_row(step) for step in rule.steps])

    def rows(self) -> list[dict[str, str]]:
        """The steps, and some empty rows."""
        spare = [{"key": "", "target": "", "when": "after", "time": "", "do": ""} for _number in range(SPARE_ROWS)]
        return [*self.steps, *spare]


def _row(step: Step) -> dict[str, str]:
    """A step as a row of selects and fields."""
    when = "before" if step.minutes < 0 else "after"
    return {
        "key": step.key, "target": step.target, "when": when, "time": durations.show(step.minutes), "do": f"{step.act}:{step.to}",
    }  # fmt: skip


def read_tables(given: Mapping[str, Any], priorities: Sequence[str], acts: set[str]) -> Tables:
    """Times (`time-<target>-<priority>`) and steps (`step-<number>-…`) that were sent."""
    found = Tables()
    for target in TARGETS:
        for priority in ("", *priorities):
            text = str(given.get(f"time-{target}-{priority}", ""))[:40]
            found.times[target, priority] = text
            try:
                durations.parse(text)
            except ValueError as problem:
                found.problems[f"{target}-{priority}"] = str(problem)
    for number in range(MOST_STEPS):
        row = {name: str(given.get(f"step-{number}-{name}", "")) for name in ("key", "target", "when", "time", "do")}
        if row["do"] or row["time"]:
            found.steps.append(row)
            _check_step(found, row, len(found.steps) - 1, acts)
    return found


def _check_step(found: Tables, row: dict[str, str], number: int, acts: set[str]) -> None:
    """Hold one step against what is offered."""
    try:
        durations.parse(row["time"])
    except ValueError as problem:
        found.problems[f"step-{number}"] = str(problem)
    if row["do"] not in acts:
        found.problems[f"step-{number}"] = _("Choose what is to be done, of what there is.")
    if row["target"] not in ("", *TARGETS) or row["when"] not in ("before", "after"):
        found.problems[f"step-{number}"] = _("Choose one of the list.")


def values(form: PlanForm, tables: Tables) -> Values:
    """What was filled in; the tables have no problem."""
    targets: dict[str, dict[str, int]] = {}
    for (target, priority), text in tables.times.items():
        minutes = durations.parse(text)
        if minutes:
            targets.setdefault(target, {})[priority] = minutes
    given = {name: form[name].data for name in PLAIN}
    return Values(name=form.name.data, targets=targets, steps=tuple(map(_step, tables.steps)), **given)


PLAIN = ("schedule_ref", "warn_percent", "is_active", "is_default", "follows_department", "is_silent", "notes")


def _step(row: Mapping[str, str]) -> Step:
    """A row as a step; a new one gets a key that stays its own."""
    minutes = durations.parse(row["time"]) or 0
    act, _colon, to = row["do"].partition(":")
    key = row["key"] if row["key"].isalnum() and len(row["key"]) <= 16 else token_hex(4)
    return Step(key, row["target"], -minutes if row["when"] == "before" else minutes, act, to)
