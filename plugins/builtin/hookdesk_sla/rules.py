"""A plan as a value, and where plans are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from hookdesk.api import cached, reading
from hookdesk_sla.models import Plan

PREFIX = "sla:"
FIRST, NEXT, RESOLUTION = "first_response", "next_response", "resolution"
TARGETS = (FIRST, NEXT, RESOLUTION)
RESPONSES = (FIRST, NEXT)


def target_name(target: str) -> str:
    """A target in words."""
    return str({FIRST: _("First response"), NEXT: _("Next response"), RESOLUTION: _("Resolution")}.get(target, target))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an escalation, `minutes` of working time after the deadline (before it, if negative) of a target ("" is any).

    `act` is "notify" (`to`: assignee, team, manager, department, or agent:<id>), "assign" (agent:<id> or team:<id>) or "priority" (its id).
    `key` stays the same when a plan is changed, so that nothing is done twice.
    """

    key: str
    target: str
    minutes: int
    act: str
    to: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A plan as clocks go by it."""

    id: int
    name: str
    schedule_ref: str
    targets: Mapping[str, Mapping[str, int]]
    steps: tuple[Step, ...] = ()
    warn_percent: int = 75
    is_active: bool = True
    is_default: bool = False
    follows_department: bool = False
    is_silent: bool = False

    @property
    def ref(self) -> str:
        """As tickets, topics and departments name it."""
        return f"{PREFIX}{self.id}"

    def allowance(self, target: str, priority_id: int | None) -> int | None:
        """The seconds of working time that a target has for tickets of a priority; None if nothing is promised."""
        given = self.targets.get(target, {})
        minutes = given.get(str(priority_id), given.get(""))
        return minutes * 60 if minutes else None


def every() -> dict[str, Rule]:
    """All plans by reference, in the order of their names."""
    rows = reading().all(select(*Plan.__table__.columns).order_by(Plan.name).limit(500))
    return {rule.ref: rule for rule in map(_rule, rows)}


def kept() -> dict[str, Rule]:
    """The same, kept by each process until somebody changes the set-up: for tickets, not for the page of what was just saved."""
    return cached("sla.rules", every)


def label(ref: str) -> str | None:
    """The name of a plan."""
    found = kept().get(ref)
    return found.name if found else None


def _rule(row: Row[Any]) -> Rule:
    """A stored plan."""
    return Rule(
        row.id, row.name, row.schedule_ref, row.targets, steps(row.steps), row.warn_percent, row.is_active, row.is_default,
        row.follows_department, row.is_silent,
    )  # fmt: skip


def steps(stored: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """An escalation out of JSON."""
    return tuple(Step(**step) for step in stored)
