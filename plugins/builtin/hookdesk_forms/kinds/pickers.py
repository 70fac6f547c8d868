"""Choices out of what the site has anyway: agents, departments, help topics, priorities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import has_request_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from hookdesk.api import (
    KNOWN_AGENT,
    Actor,
    Agent,
    Department,
    FilteringHooks,
    Priority,
    current_actor,
    knowing,
    reading,
    shown_name,
    site,
    system,
)
from hookdesk_forms.kinds.base import Pairs, Spec
from hookdesk_forms.kinds.choices import Chosen

MOST = 500
_told: ContextVar[Actor | None] = ContextVar("forms_told", default=None)


class Picker(Chosen):
    """What the four share: nothing to set up."""

    def is_multiple(self, spec: Spec) -> bool:
        """One."""
        return False

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """By name, also of what can be chosen no more."""
        known = self.names([str(value) for value in values])
        return ", ".join(known.get(str(value)) or str(_("Unavailable")) for value in values)

    def names(self, values: Sequence[str]) -> Mapping[str, str]:
        """Stored value → name."""
        raise NotImplementedError  # no ABC: it looks at labels, which have no language yet while plugins are imported


class AgentPicker(Picker):
    """An agent. Requesters never see it: who works here is not told by a menu."""

    name = "agent"
    label = _l("Agent")
    is_internal = True

    def choices(self, spec: Spec) -> Pairs:
        """Active agents of whom the reader may know."""
        asked = select(Agent.id, Agent.name).where(Agent.is_active, KNOWN_AGENT).order_by(Agent.name).limit(MOST)
        return [(str(row.id), row.name) for row in reading().all(asked, knowing(_reader()))]

    def names(self, values: Sequence[str]) -> Mapping[str, str]:
        """Of all agents."""
        return _named(Agent, values)


class DepartmentPicker(Picker):
    """A department: for requesters one of those that are public."""

    name = "department"
    label = _l("Department")

    def choices(self, spec: Spec) -> Pairs:
        """Active departments that the reader may know of."""
        asked = select(Department.id, Department.name).where(Department.is_active).order_by(Department.name)
        actor = _reader()
        if not actor.is_agent and not actor.is_system:
            asked = asked.where(Department.is_public)
        elif actor.is_agent and not actor.may("department.see_all"):
            asked = asked.where(Department.id.in_(list(actor.departments)))
        return [(str(row.id), row.name) for row in reading().all(asked.limit(MOST))]

    def names(self, values: Sequence[str]) -> Mapping[str, str]:
        """Of all departments; requesters are told those that are public."""
        is_inside = _reader().is_agent or _reader().is_system
        return _named(Department, values, *([] if is_inside else [Department.is_public.is_(True)]))


class TopicPicker(Picker):
    """A help topic."""

    name = "topic"
    label = _l("Help topic")

    def choices(self, spec: Spec) -> Pairs:
        """Those that the reader may choose."""
        found = site().hooks.collect(FilteringHooks.topic_choices, actor=_reader())
        return [(choice.ref, choice.label) for choice in found]

    def names(self, values: Sequence[str]) -> Mapping[str, str]:
        """Of all topics."""
        return {ref: site().hooks.first(FilteringHooks.topic_label, ref=ref) or "" for ref in values}


class PriorityPicker(Picker):
    """A priority."""

    name = "priority"
    label = _l("Priority")

    def choices(self, spec: Spec) -> Pairs:
        """Those in use that the reader may choose, the least urgent first."""
        asked = select(Priority.id, Priority.name).where(Priority.is_active).order_by(Priority.rank.desc())
        if not (_reader().is_agent or _reader().is_system):
            asked = asked.where(Priority.is_public)
        return [(str(row.id), shown_name(row.name)) for row in reading().all(asked.limit(MOST))]

    def names(self, values: Sequence[str]) -> Mapping[str, str]:
        """Of all priorities."""
        return {value: shown_name(name) for value, name in _named(Priority, values).items()}


def _named(model: Any, values: Sequence[str], *which: ColumnElement[bool]) -> Mapping[str, str]:
    """Names by id."""
    ids = [int(value) for value in values if value.isdecimal() and len(value) < 19]
    asked = select(model.id, model.name).where(model.id.in_(ids), *which)
    return {str(row.id): row.name for row in reading().all(asked)}


@contextmanager
def told_to(reader: Actor) -> Iterator[None]:
    """Inside, names are those that this person may know, whoever asks: a job writes to them."""
    token = _told.set(reader)
    try:
        yield
    finally:
        _told.reset(token)


def _reader() -> Actor:
    """Who is offered or told something: whoever asks, else the site itself (a job that takes a ticket in)."""
    return _told.get() or (current_actor() if has_request_context() else system("forms"))
