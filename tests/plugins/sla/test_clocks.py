"""The clocks of a ticket: begun with it, ended, paused and moved by what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    Priority,
    ReplyDraft,
    Status,
    actors,
    deadlines,
    reading,
    site,
    system,
    threads,
    tickets,
)
from hookdesk.clock import NEVER
from hookdesk.jobs.engine import Engine
from hookdesk.jobs.watchdog import Watchdog
from hookdesk.testing import Clock as SiteClock
from hookdesk_sla import rules, services

pytestmark = pytest.mark.plugins("sla", "calendars")
Jobs = Callable[..., int]


def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    """A moment of June 2026, UTC; the first is a Monday, and the schedule works from nine to five."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def test_a_new_ticket_is_due_by_its_plan_and_hours(plan: Any, make_ticket: Any, clocks_of: Any, due_of: Any) -> None:
    plan(first_response={"": 60}, resolution={"": 8 * 60})
    ticket = make_ticket()
    found = clocks_of(ticket.id)
    assert ticket.due_at == found["first_response"].due_at == at(13)
    assert found["resolution"].due_at == at(12, day=2)
    assert ticket.sla_ref.startswith("sla:")


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent."""
    return make_agent()


@pytest.fixture
def set_status(ada: Actor, run_jobs: Jobs) -> Callable[[int, str], None]:
    """`set_status(ticket_id, "pending")`, with what follows."""

    def change(ticket_id: int, key: str) -> None:
        found = reading().scalar(select(Status.id).where(Status.key == key))
        tickets.set_status(ada, ticket_id, found or 0)
        run_jobs("outbox")

    return change


def answer(actor: Actor, ticket_id: int, kind: str = "response") -> None:
    """An agent's reply or note."""
    threads.post(actor, ReplyDraft(ticket_id, kind, "We are on our way."))


def test_a_response_ends_the_first_clock_and_a_note_does_not(
    plan: Any, make_ticket: Any, clocks_of: Any, due_of: Any, ada: Actor, run_jobs: Jobs, clock: SiteClock
) -> None:
    plan(first_response={"": 60}, resolution={"": 480})
    ticket = make_ticket()
    clock.advance(minutes=30)
    answer(ada, ticket.id, "note")
    run_jobs("outbox")
    assert clocks_of(ticket.id)["first_response"].state == "running"
    answer(ada, ticket.id)
    run_jobs("outbox")
    first = clocks_of(ticket.id)["first_response"]
    assert (first.state, first.outcome, first.ended_at, first.breached_at) == ("done", "met", at(12, 30), None)
    assert due_of(ticket.id) == at(12, day=2)


def test_each_question_after_the_first_response_has_a_clock_of_its_own(
    plan: Any, make_ticket: Any, clocks_of: Any, ada: Actor, run_jobs: Jobs, clock: SiteClock
) -> None:
    plan(first_response={"": 60}, next_response={"": 30})
    ticket = make_ticket()
    asker = actors.requester_actor(ticket.user_id)
    answer(asker, ticket.id, "message")
    run_jobs("outbox")
    assert list(clocks_of(ticket.id)) == ["first_response"]
    answer(ada, ticket.id)
    clock.advance(minutes=10)
    answer(asker, ticket.id, "message")
    clock.advance(minutes=10)
    answer(asker, ticket.id, "message")
    run_jobs("outbox")
    assert clocks_of(ticket.id)["next_response"].due_at == at(12, 40)
    clock.advance(minutes=25)
    run_jobs("sla.watch")
    answer(ada, ticket.id)
    run_jobs("outbox")
    second = clocks_of(ticket.id)["next_response"]
    assert (second.outcome, second.breached_at) == ("missed", at(12, 45))


def test_waiting_for_the_requester_stops_the_clocks_and_going_on_moves_what_is_due(
    plan: Any, make_ticket: Any, clocks_of: Any, due_of: Any, set_status: Any, clock: SiteClock
) -> None:
    plan(resolution={"": 4 * 60})
    ticket = make_ticket()
    clock.advance(hours=1)
    set_status(ticket.id, "pending")
    paused = clocks_of(ticket.id)["resolution"]
    assert (paused.state, due_of(ticket.id)) == ("paused", NEVER)
    clock.advance(hours=21)  # ten o'clock on Tuesday; nobody worked most of that
    set_status(ticket.id, "open")
    assert clocks_of(ticket.id)["resolution"].due_at == due_of(ticket.id) == at(13, day=2)


def test_closing_ends_the_clocks_and_reopening_begins_a_new_one(
    plan: Any, make_ticket: Any, clocks_of: Any, due_of: Any, set_status: Any, clock: SiteClock
) -> None:
    plan(first_response={"": 60}, resolution={"": 120})
    ticket = make_ticket()
    clock.advance(minutes=30)
    set_status(ticket.id, "solved")
    found = clocks_of(ticket.id)
    assert (found["first_response"].outcome, found["resolution"].outcome) == ("dropped", "met")
    assert due_of(ticket.id) == NEVER
    clock.advance(minutes=30)
    set_status(ticket.id, "open")
    assert clocks_of(ticket.id)["resolution"].due_at == due_of(ticket.id) == at(15)


def test_a_priority_with_its_own_target_moves_what_is_due(
    plan: Any, make_ticket: Any, due_of: Any, ada: Actor, run_jobs: Jobs
) -> None:
    high = reading().scalar(select(Priority.id).where(Priority.key == "high")) or 0
    plan(resolution={"": 240, str(high): 60})
    ticket = make_ticket()
    assert due_of(ticket.id) == at(16)
    tickets.set_priority(ada, ticket.id, high)
    run_jobs("outbox")
    assert due_of(ticket.id) == at(13)


def test_a_date_that_an_agent_sets_goes_before_the_plans_resolution_and_pauses_do_not_move_it(
    plan: Any, make_ticket: Any, due_of: Any, ada: Actor, run_jobs: Jobs, set_status: Any, log_of: Any, clock: SiteClock
) -> None:
    plan(first_response={"": 60}, resolution={"": 120})
    ticket = make_ticket()
    deadlines.set_due(ada, ticket.id, at(20))
    run_jobs("outbox")
    assert due_of(ticket.id) == at(13), "the first response is due before"
    answer(ada, ticket.id)
    set_status(ticket.id, "pending")
    assert due_of(ticket.id) == at(20)
    clock.advance(hours=9)
    run_jobs()
    assert [line["after"] for line in log_of(ticket.id, "overdue")] == ["Resolution"]
    clock.advance(hours=1)
    deadlines.set_due(ada, ticket.id, None)
    set_status(ticket.id, "open")
    assert due_of(ticket.id) == at(11, day=2)
    assert [line["after"] for line in log_of(ticket.id, "due")] == [at(20).isoformat(), None]


def test_a_date_counts_without_any_plan(
    plan: Any, make_ticket: Any, due_of: Any, ada: Actor, run_jobs: Jobs, log_of: Any, clock: SiteClock
) -> None:
    plan()
    ticket = make_ticket()
    assert due_of(ticket.id) == NEVER
    deadlines.set_due(ada, ticket.id, at(15))
    clock.advance(hours=3, seconds=1)
    run_jobs()
    assert due_of(ticket.id) == at(15)
    assert len(log_of(ticket.id, "overdue")) == 1


@pytest.mark.parametrize("given", [at(11), at(12)])
def test_a_date_that_has_passed_is_refused(given: datetime, context: None, make_ticket: Any, ada: Actor) -> None:
    ticket = make_ticket()
    with pytest.raises(tickets.TicketProblem, match="ahead"):
        deadlines.set_due(ada, ticket.id, given)
    assert deadlines.set_due(ada, ticket.id, None) is None


def test_a_plan_that_another_process_has_just_saved_counts_at_once_for_the_job_that_it_wakes(
    plan: Any, make_ticket: Any, due_of: Any, hookdesk_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever kept the old plan a moment ago must not set the clocks by it, and tick the tickets off."""
    plan(resolution={"": 60})
    ticket = make_ticket()
    [rule] = [rule for rule in rules.kept().values() if rule.is_default]
    changed = services.Values(rule.name, {rules.RESOLUTION: {"": 120}}, is_default=True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(site().settings, "forget", lambda: None)
        services.save(system(), changed, rule.id)
    Engine(hookdesk_app, Watchdog(site()), lambda: False).run(services.RENEW)
    assert due_of(ticket.id) == at(14)
