"""Which plan a new ticket gets: what a filter says, else its topic, else its department, else the default one."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from hookdesk.api import Department, directory, reading, release, system, transact
from hookdesk_filters import services as filters
from hookdesk_filters.rules import RuleValues
from hookdesk_sla import rules, services
from hookdesk_sla.models import Plan
from hookdesk_topics import services as topics
from hookdesk_topics import tree

pytestmark = [pytest.mark.plugins("sla", "calendars", "filters", "topics"), pytest.mark.requires("filters", "topics")]


@pytest.fixture
def plans(context: None) -> dict[str, str]:
    """Three further plans: name → reference."""
    for name in ("Of the filter", "Of the topic", "Of the department"):
        services.save(system(), services.Values(name, {rules.FIRST: {"": 60}}))
    return {rule.name: rule.ref for rule in rules.every().values()}


def plan_of(ticket: Any) -> str:
    """The name of a ticket's plan."""
    return next(rule.name for rule in rules.every().values() if rule.ref == ticket.sla_ref)


def of_the_department(ref: str) -> None:
    """Let every department use a plan."""
    for department_id in list(reading().scalars(select(Department.id))):
        directory.set_department_refs(system(), department_id, sla_ref=ref)
    release()


def test_filter_then_topic_then_department_then_default(plans: dict[str, str], make_ticket: Any) -> None:
    topic = next(node for node in tree.nodes() if node.label == "Something else")
    assert plan_of(make_ticket(topic=topic.ref)) == "Standard"
    of_the_department(plans["Of the department"])
    assert plan_of(make_ticket(topic=topic.ref)) == "Of the department"
    topics.save(system(), topics.Values("Something else", sla_ref=plans["Of the topic"]), topic.id)
    release()
    assert plan_of(make_ticket(topic=topic.ref)) == "Of the topic"
    filters.save(system(), rule(plans["Of the filter"]))
    release()
    assert plan_of(make_ticket("VIP: the press is down", topic=topic.ref)) == "Of the filter"
    assert plan_of(make_ticket(topic=topic.ref)) == "Of the topic"


def rule(ref: str) -> RuleValues:
    """A filter that gives urgent tickets a plan."""
    parts = [{"field": "subject", "operator": "contains", "value": "VIP"}]
    conditions = {"version": 1, "mode": "all", "parts": parts}
    return RuleValues("VIP", conditions, ({"do": "sla", "with": {"to": ref}},))


def test_a_plan_that_is_switched_off_is_passed_over(plans: dict[str, str], make_ticket: Any) -> None:
    of_the_department(plans["Of the department"])
    transact(
        lambda session: session.execute(update(Plan).where(Plan.name == "Of the department").values(is_active=False))
    )
    assert plan_of(make_ticket()) == "Standard"
