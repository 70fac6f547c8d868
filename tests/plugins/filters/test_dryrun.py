"""Dry runs tell what would have happened, whichever way the conditions are decided, and leave everything as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from tests.plugins.filters.conftest import condition, does, rule

from hookdesk.api import Department, Priority, Ticket, clock, intake, reading, release, system, transact
from hookdesk_filters import dryrun, effects, messages, past, tidying
from hookdesk_filters.models import Hit, Run, RunTicket, Turn
from hookdesk_filters.rules import RuleValues

pytestmark = pytest.mark.plugins("filters", "email_in")
FIRE = condition("subject", "contains", "fire")


@pytest.fixture
def tried(hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Callable[..., tuple[Run, dict[int, Any]]]:
    """`tried(rule(…), days=30)`: the run, done, and ticket → (outcome, changes)."""

    def run(values: RuleValues, days: int = 30) -> tuple[Run, dict[int, Any]]:
        with hookdesk_app.app_context():
            run_id = dryrun.ask(system("tests"), values, days)
        run_jobs(dryrun.JOB)
        with hookdesk_app.app_context():
            made = dryrun.one(run_id)
            assert made is not None
            rows = reading().scalars(select(RunTicket).where(RunTicket.run_id == run_id))
            return made, {row.ticket_id: (row.outcome, row.changes) for row in rows}

    return run


def priorities(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {row.key: row.id for row in reading().all(select(Priority.key, Priority.id))}


def test_tickets_that_ended_up_the_same_are_told_apart(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], tried: Callable[..., Any]
) -> None:
    known = priorities(hookdesk_app)
    first, second = make_ticket(subject="Fire!"), make_ticket(subject="fire again")
    make_ticket(subject="Flood")
    with hookdesk_app.app_context():
        transact(
            lambda session: session.execute(
                update(Ticket).where(Ticket.id == second.id).values(priority_id=known["high"])
            )
        )
    run, found = tried(rule("Fires", FIRE, do=does("priority", to=known["high"])))
    assert (run.state, run.looked_at, run.matched, run.changed, run.same) == ("done", 3, 2, 1, 1)
    assert found == {
        first.id: ("changed", {"priority": [known["normal"], known["high"]]}),
        second.id: ("same", {}),
    }
    with hookdesk_app.app_context():
        assert reading().scalar(select(Ticket.priority_id).where(Ticket.id == first.id)) == known["normal"]


def test_only_the_period_counts(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], tried: Callable[..., Any]
) -> None:
    """Also where an old ticket has a high id, as after an import."""
    make_ticket(subject="Fire one")
    old = make_ticket(subject="Fire two")
    newest = make_ticket(subject="Fire three")
    with hookdesk_app.app_context():
        past_day = clock.now() - timedelta(days=60)
        transact(lambda session: session.execute(update(Ticket).where(Ticket.id == old.id).values(created_at=past_day)))
    run, found = tried(rule("Fires", FIRE, do=does("priority", to=priorities(hookdesk_app)["high"])))
    assert (run.looked_at, set(found)) == (2, {newest.id - 2, newest.id})
    assert tried(rule("Fires", FIRE, do=does("quiet")), days=90)[0].looked_at == 3


@pytest.mark.parametrize(
    ("parts", "how"),
    [
        ([condition("subject", "contains", "List")], "sql"),
        ([condition("subject", "matches", r"^list\b.*\d$")], "values"),
        ([condition("header", "starts_with", "List-Id:"), condition("subject", "contains", "list")], "messages"),
        ([condition("recipients", "is", "help@c.example")], "messages"),
        ([condition("mailbox", "is", "sales@c.example")], "messages"),
    ],
)
def test_what_sql_cannot_say_is_decided_from_values_and_mails(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], tried: Callable[..., Any], parts: Any, how: str
) -> None:
    make_ticket(subject="Another one")
    raw = b"From: Ada <ada@b.example>\nTo: help@c.example\nSubject: List of 7\nList-Id: <n.b.example>\n\nHello\n"
    with hookdesk_app.app_context():
        settled = intake.process(intake.receive("email", raw, {"recipient": "Sales@c.example"}) or 0)
    values = rule("Lists", *parts, do=does("priority", to=priorities(hookdesk_app)["low"]))
    with hookdesk_app.app_context():
        assert past.how(effects.of(values)) == how
    assert list(tried(values)[1]) == [settled.ticket_id]


def test_a_filter_that_turns_away_says_that_no_ticket_would_have_come(
    make_ticket: Callable[..., Ticket], tried: Callable[..., Any]
) -> None:
    ticket = make_ticket(subject="Fire!")
    run, found = tried(rule("Spam", FIRE, do=does("reject", reason="no", told="", mail=False)))
    assert found == {ticket.id: ("changed", {"ticket": [True, False]})}
    assert run.changed == 1


def test_another_filter_that_has_decided_is_named(
    hookdesk_app: Flask, make_filter: Callable[..., int], make_ticket: Callable[..., Ticket], tried: Callable[..., Any]
) -> None:
    known = priorities(hookdesk_app)
    make_filter(rule("VIPs", FIRE, do=does("priority", to=known["emergency"])))
    ticket = make_ticket(subject="Fire!")
    run, found = tried(rule("Fires", FIRE, do=does("priority", to=known["low"])))
    assert (run.contested, run.changed) == (1, 0)
    assert found[ticket.id][0] == "contested"
    with hookdesk_app.app_context():
        assert reading().scalar(select(RunTicket.other)) == "VIPs"


def test_an_empty_site_is_tried_as_well(tried: Callable[..., Any]) -> None:
    run, found = tried(rule("Fires", FIRE, do=does("quiet")))
    assert (run.state, run.looked_at, found) == ("done", 0, {})


def test_a_department_that_goes_while_a_run_waits_ends_it_with_words(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], run_jobs: Callable[..., int]
) -> None:
    make_ticket()
    with hookdesk_app.app_context():
        run_id = dryrun.ask(system("tests"), rule("Place", FIRE, do=does("department", to=1)), 30)
        transact(lambda session: session.execute(update(Department).values(is_active=False)))
    run_jobs(dryrun.JOB)
    with hookdesk_app.app_context():
        run = dryrun.one(run_id)
        assert run is not None
        assert (run.state, run.problem) == ("failed", "Set department: it is gone or switched off")


def test_what_is_old_is_forgotten_and_the_last_turns_are_kept(
    hookdesk_app: Flask, make_filter: Callable[..., int], make_agent: Callable[..., Any], run_jobs: Callable[..., int]
) -> None:
    made, ada = make_filter(rule("Fires", FIRE, do=does("quiet"))), make_agent("ada")

    def work(session: Any) -> None:
        now = clock.now()
        session.add_all(
            Hit(rule_id=made, version=1, outcome="", happened_at=now - timedelta(days=days)) for days in (400, 3)
        )
        session.add_all(Turn(pool="team:1", agent_id=ada.agent_id) for _number in range(5))
        session.add_all(Run(rule={}, days=1, asked_by="x", created_at=now - timedelta(days=days)) for days in (8, 1))

    with hookdesk_app.app_context():
        transact(work)
    run_jobs(tidying.JOB)
    with hookdesk_app.app_context():
        counts = [reading().scalar(select(func.count()).select_from(model)) for model in (Hit, Turn, Run)]
        assert counts == [1, 1, 1]


def test_one_rule_is_remembered_by_what_it_was_tried_as(
    hookdesk_app: Flask, make_filter: Callable[..., int], make_ticket: Callable[..., Ticket]
) -> None:
    """The run keeps the rule: a change to the saved one meanwhile does not mix into it."""
    made = make_filter(rule("Fires", FIRE, do=does("quiet")))
    make_ticket(subject="Flood")
    with hookdesk_app.app_context():
        tried = rule("Fires", condition("subject", "contains", "flood"), do=does("quiet"))
        run_id = dryrun.ask(system("tests"), tried, 30, made)
        latest = dryrun.latest(made)
        assert latest is not None
        assert latest.id == run_id
        release()
        dryrun.step(run_id)
        done = dryrun.one(run_id)
        assert done is not None
        assert done.matched == 1


def test_a_message_that_is_put_together_serves_where_the_record_is_gone(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket(subject="Fire!", text="It burns", email="ada@b.example")
    with hookdesk_app.app_context():
        message = messages.of_ticket(ticket.id)
        assert message is not None
        assert (message.subject, message.text, message.sender_address) == ("Fire!", "It burns", "ada@b.example")
        assert messages.of_ticket(999) is None
