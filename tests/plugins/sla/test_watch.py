"""Deadlines pass on time, and each is told once: whatever the worker, the clock on the wall and the outbox do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Agent,
    OutboxEvent,
    Priority,
    ReplyDraft,
    Ticket,
    reading,
    release,
    site,
    threads,
    transact,
)
from hookdesk.jobs.engine import Engine
from hookdesk.jobs.scheduler import Scheduler, register
from hookdesk.jobs.watchdog import Watchdog
from hookdesk.testing import Clock as SiteClock

pytestmark = pytest.mark.plugins("sla", "calendars")
Jobs = Callable[..., int]
STEP = {"key": "a", "target": "", "minutes": 0, "act": "notify", "to": "department"}


@pytest.fixture
def told(context: None) -> Callable[[], list[tuple[str, str]]]:
    """What has been told of deadlines and was not handed on yet: (event, target)."""

    def found() -> list[tuple[str, str]]:
        release()
        asked = select(OutboxEvent.name, OutboxEvent.data).where(OutboxEvent.name.startswith("sla_"))
        return [(row.name, row.data["target"]) for row in reading().all(asked.order_by(OutboxEvent.id))]

    return found


@pytest.fixture
def waiting(hookdesk_app: Flask, make_ticket: Any, run_jobs: Jobs) -> Callable[[], Ticket]:
    """`waiting()`: a ticket whose story so far has been told."""

    def make() -> Ticket:
        ticket: Ticket = make_ticket()
        run_jobs("outbox")
        return ticket

    return make


def test_the_job_runs_when_something_is_due_and_not_before(
    plan: Any, waiting: Any, hookdesk_app: Flask, clock: SiteClock, log_of: Any
) -> None:
    plan(first_response={"": 60})
    engine, scheduler = Engine(hookdesk_app, Watchdog(site()), lambda: False), Scheduler()
    register()
    for name in scheduler.due():
        engine.run(name)
    ticket = waiting()
    clock.advance(minutes=59, seconds=59)
    for name in scheduler.due():
        engine.run(name)
    assert log_of(ticket.id, "overdue") == []
    assert "sla.watch" not in scheduler.due()
    clock.advance(seconds=1)
    assert "sla.watch" in scheduler.due()
    engine.run("sla.watch")
    assert [line["after"] for line in log_of(ticket.id, "overdue")] == ["First response"]


def test_warning_breach_and_steps_are_told_once_after_an_outage_too(
    plan: Any, waiting: Any, told: Any, run_jobs: Jobs, clock: SiteClock, log_of: Any, clocks_of: Any
) -> None:
    later = {**STEP, "key": "b", "minutes": 60}
    before = {**STEP, "key": "c", "minutes": -30}
    plan(first_response={"": 60}, steps=[STEP, later, before])
    ticket = waiting()
    clock.advance(days=2)
    run_jobs("sla.watch")
    run_jobs("sla.watch")
    names = [name for name, _target in told()]
    assert names == ["sla_escalated", "sla_warned", "sla_breached", "sla_escalated", "sla_escalated"]
    assert len(log_of(ticket.id, "overdue")) == 1
    assert clocks_of(ticket.id)["first_response"].fired == ["c", "warn", "due", "a", "b"]


def test_a_clock_that_jumps_back_tells_nothing_twice(
    plan: Any, waiting: Any, told: Any, run_jobs: Jobs, clock: SiteClock, due_of: Any
) -> None:
    plan(first_response={"": 60}, steps=[STEP])
    ticket = waiting()
    due = due_of(ticket.id)
    clock.advance(minutes=61)
    run_jobs("sla.watch")
    first = told()
    clock.advance(minutes=-50)
    run_jobs("sla.watch", "outbox")
    assert due_of(ticket.id) == due
    another = waiting()
    assert due_of(another.id) == datetime(2026, 6, 1, 13, 11, tzinfo=UTC)
    clock.advance(minutes=55)
    run_jobs("sla.watch")
    assert len(first) == 3
    assert told() == [("sla_warned", "first_response")], "of the other ticket"


def test_what_was_answered_in_time_is_not_late_because_the_worker_was_away(
    plan: Any, make_ticket: Any, told: Any, run_jobs: Jobs, clock: SiteClock, make_agent: Any, clocks_of: Any
) -> None:
    plan(first_response={"": 60})
    ticket, ada = make_ticket(), make_agent()
    clock.advance(minutes=50)
    threads.post(ada, ReplyDraft(ticket.id, "response", "On our way."))
    clock.advance(hours=3)
    run_jobs("sla.watch")
    run_jobs("outbox")
    run_jobs("sla.watch")
    assert told() == []
    first = clocks_of(ticket.id)["first_response"]
    assert (first.outcome, first.ended_at) == ("met", first.started_at + timedelta(minutes=50))


def test_an_escalation_hands_the_ticket_on_and_raises_its_priority(
    plan: Any, waiting: Any, run_jobs: Jobs, clock: SiteClock, make_agent: Any, log_of: Any
) -> None:
    high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
    grace: Actor = make_agent("grace", "Grace Murray")
    steps = [
        {**STEP, "key": "p", "act": "priority", "to": str(high)},
        {**STEP, "key": "q", "act": "assign", "to": f"agent:{grace.agent_id}"},
        {**STEP, "key": "r", "act": "assign", "to": "agent:4711"},
    ]
    plan(first_response={"": 60}, steps=steps)
    ticket = waiting()
    clock.advance(hours=2)
    run_jobs()
    release()
    row = reading().first(select(Ticket.priority_id, Ticket.assignee_id).where(Ticket.id == ticket.id))
    assert row == (high, grace.agent_id)
    words = [line["after"] for line in log_of(ticket.id, "escalated")]
    assert words == [
        "priority at least High",
        "handed to Grace Murray",
        "That agent or team does not work here any more.",
    ]


def test_a_step_tells_agents_who_are_there(
    plan: Any, waiting: Any, run_jobs: Jobs, clock: SiteClock, make_agent: Any
) -> None:
    ada, grace = make_agent(), make_agent("grace", "Grace")
    transact(lambda session: session.execute(update(Agent).where(Agent.id == grace.agent_id).values(on_vacation=True)))
    plan(first_response={"": 60}, steps=[STEP])
    waiting()
    clock.advance(hours=2)
    run_jobs("sla.watch")
    data = reading().scalar(select(OutboxEvent.data).where(OutboxEvent.name == "sla_escalated"))
    assert data is not None
    assert data["agent_ids"] == [ada.agent_id]
