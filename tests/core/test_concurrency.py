"""Many at once: nothing is counted twice, lost, or stored by two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    CoreSettings,
    InboundMessage,
    OutboxEvent,
    Outcome,
    ReplyDraft,
    agents,
    directory,
    intake,
    reading,
    release,
    sessions,
    site,
    threads,
    transact,
    unit_of_work,
)
from hookdesk.models import Agent, Department, Role, Ticket, User
from hookdesk.plugins.caller import Implementation
from hookdesk.services.agents import AgentData

BOTH_DATABASES = True
AT_ONCE = 8
T = TypeVar("T")


def message(**changes: Any) -> InboundMessage:
    """A plain message."""
    return InboundMessage("portal", "grace@example.org", "Grace", "Fire", "It burns").replace(**changes)


def at_once(app: Flask, work: Callable[[int], T], workers: int = AT_ONCE) -> list[T | Exception]:
    """What `work(number)` returned or raised, called by so many threads at the same moment, each in a context of its own."""
    barrier = Barrier(workers)

    def run(number: int) -> T | Exception:
        with app.app_context():
            barrier.wait(30)
            try:
                return work(number)
            except Exception as error:
                return error

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(run, range(workers)))


def test_tickets_have_numbers_without_gaps_or_doubles(hookdesk_app: Flask) -> None:
    """Also from senders who are all new at the same moment."""

    def open_some(number: int) -> list[Outcome]:
        found = []
        for place in range(4):
            address = f"new{place}@example.org"
            found.append(intake.submit(message(sender_address=address), ANONYMOUS).outcome)
            release()
        return found

    assert at_once(hookdesk_app, open_some) == [[Outcome.TICKET] * 4] * AT_ONCE
    with hookdesk_app.app_context():
        numbers = sorted(int(number) for number in reading().scalars(select(Ticket.number)))
        assert numbers == list(range(numbers[0], numbers[0] + 4 * AT_ONCE))
        assert reading().scalar(select(func.count()).select_from(User)) == 4
        assert intake.ledger() == {
            "received": 32,
            "ticket": 32,
            "pending": 0,
            "reply": 0,
            "rejected": 0,
            "quarantined": 0,
        }


def test_entries_are_counted_right(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """One ticket, many writers; whoever answers first has it from then on, which is one more change."""
    agent, ticket = make_agent(), make_ticket()
    made = at_once(hookdesk_app, lambda number: [
        threads.post(agent, ReplyDraft(ticket.id, "note" if number % 2 else "response", str(number))) for _ in range(4)
    ])  # fmt: skip
    assert all(isinstance(one, list) for one in made), made
    with hookdesk_app.app_context():
        now = reading().scalars(select(Ticket)).one()
        assert (now.entry_count, now.updates) == (1 + 4 * AT_ONCE, ticket.updates + 4 * AT_ONCE + 1)
        events = select(func.count()).where(OutboxEvent.name == "entry_added")
        assert reading().scalar(events) == 4 * AT_ONCE


def test_of_those_who_saw_the_same_exactly_one_sends(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """The others are told that the thread has moved on."""
    agent, ticket = make_agent(), make_ticket()
    answers = at_once(
        hookdesk_app, lambda number: threads.post(agent, ReplyDraft(ticket.id, "response", "x"), seen=ticket.updates)
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert sum(isinstance(answer, threads.ThreadChanged) for answer in answers) == AT_ONCE - 1


def test_a_record_is_settled_once(hookdesk_app: Flask) -> None:
    """The request that brought it and the sweeper may meet over it; both learn the same end."""
    with hookdesk_app.app_context():
        hooks = site().hooks
        record_id = intake.receive("fax", b"x")
    assert record_id is not None
    hooks.install("intake_parse", [Implementation("fax", message, ())])
    ends = at_once(hookdesk_app, lambda number: intake.process(record_id))
    assert {(end.outcome, end.ticket_id) for end in ends if not isinstance(end, Exception)} == {(Outcome.TICKET, 1)}
    assert not [end for end in ends if isinstance(end, Exception)]
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Ticket)) == 1
        settled = select(func.count()).where(OutboxEvent.name == "intake_settled")
        assert reading().scalar(settled) == 1


def test_one_message_id_makes_one_entry(hookdesk_app: Flask) -> None:
    """However many copies come in at the same moment; none of them is left for later."""
    ends = at_once(
        hookdesk_app, lambda number: intake.submit(message(message_id="same@example.org"), ANONYMOUS).outcome
    )
    assert sorted(map(str, ends)) == ["rejected"] * (AT_ONCE - 1) + ["ticket"]


def test_a_raw_item_is_received_once(hookdesk_app: Flask) -> None:
    """The channel's own key decides."""
    ids = at_once(hookdesk_app, lambda number: intake.receive("fax", b"x", dedupe="k"))
    assert sum(isinstance(one, int) for one in ids) == 1
    assert ids.count(None) == AT_ONCE - 1


def test_a_token_is_used_once(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """Whoever is quickest."""
    agent = make_agent()
    with hookdesk_app.app_context():
        token = transact(lambda session: sessions.issue_token(session, "reset", agent.user_id or 0, timedelta(hours=1)))

    def use(number: int) -> bool:
        found = sessions.find_token(token, "reset")
        return found is not None and transact(lambda session: sessions.use_token(session, found.id))

    assert at_once(hookdesk_app, use).count(True) == 1


def test_settings_saved_at_once_are_all_kept(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """Two admins who change different fields do not undo each other."""
    admin = make_agent(is_admin=True)
    names = {"site_name": "Desk", "max_files": 7, "timezone": "Europe/Berlin", "portal_intro": "Hello"}
    changes = list(names.items())
    done = at_once(
        hookdesk_app,
        lambda number: site().settings.save("core", CoreSettings, dict(changes[number : number + 1]), admin),
        workers=len(changes),
    )
    assert done == [None] * len(changes)
    with hookdesk_app.app_context():
        saved = site().settings.get("core", CoreSettings)
        assert {name: getattr(saved, name) for name in names} == names


def test_somebody_stays_administrator(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """Two who step down at the same moment cannot both go."""
    admins = [make_agent("ada", is_admin=True), make_agent("bob", "Bob", is_admin=True)]
    with hookdesk_app.app_context():
        place = reading().scalar(select(Department.id)), reading().scalar(select(Role.id))

    def step_down(number: int) -> int:
        login = ("ada", "bob")[number]
        data = AgentData(login, login, f"{login}@helpdesk.example", *place, is_admin=False)
        return agents.save_agent(admins[number], admins[number].agent_id, data)

    ends = at_once(hookdesk_app, step_down, workers=2)
    assert sum(isinstance(end, directory.DirectoryProblem) for end in ends) == 1, ends
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).where(Agent.is_admin)) == 1


def test_connections_come_back(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """Also from work that fails, in the middle of reading and of writing."""
    with hookdesk_app.app_context():
        pool: Any = site().db.engine.pool

    def read_and_fail() -> None:
        with hookdesk_app.app_context():
            reading().scalar(select(func.count()).select_from(User))
            raise ZeroDivisionError

    def write_and_fail() -> None:
        with hookdesk_app.app_context(), unit_of_work() as session:
            session.scalar(select(func.count()).select_from(User))
            raise ZeroDivisionError

    def fail(number: int) -> None:
        for _ in range(10):
            for work in (read_and_fail, write_and_fail):
                with pytest.raises(ZeroDivisionError):
                    work()

    assert at_once(hookdesk_app, fail) == [None] * AT_ONCE
    assert pool.checkedout() == 0
