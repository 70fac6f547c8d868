"""Mentions: who is meant, who may be, and that they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk import criteria
from hookdesk.api import (
    Actor,
    Comparison,
    Department,
    Group,
    Mode,
    Operator,
    OutboxEvent,
    ReplyDraft,
    Ticket,
    reading,
    threads,
    transact,
)
from hookdesk.models import Agent
from hookdesk.testing import Client
from hookdesk_email_out.models import Mail
from hookdesk_mentions import finding
from hookdesk_mentions.models import Mention

pytestmark = pytest.mark.plugins("mentions", "desk", "email_out")
MakeTicket = Callable[..., Ticket]


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent."""
    return make_agent("ada", "Ada Lovelace")


@pytest.fixture
def bob(make_agent: Callable[..., Actor]) -> Actor:
    """Another one."""
    return make_agent("bob", "Bob Marley")


@pytest.fixture
def far(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Actor:
    """One who sees nothing of the first department."""
    actor = make_agent("far", "Far Away")

    def move(session: Session) -> None:
        place = Department(name="Elsewhere")
        session.add(place)
        session.flush()
        agent = session.get(Agent, actor.agent_id)
        assert agent is not None
        agent.department_id = place.id

    with hookdesk_app.app_context():
        transact(move)
    return actor


NAMES = {"ada": 1, "ada lovelace": 1, "ada lovelace-king": 2, "bob": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ada Lovelace, look", [1]),
        ("@bob and @ADA", [3, 1]),
        ("@Ada Lovelace-King", [2]),
        ("write to ada@bob.example", []),
        ("@bobby", []),
        ("> @bob said", []),
        ("@bob @bob @nobody", [3]),
        ("@" * 5000, []),
    ],
)
def test_the_longest_name_behind_an_at_is_meant(text: str, found: list[int]) -> None:
    assert finding.mentioned(text, NAMES) == found


def test_whoever_is_mentioned_is_told_once_and_finds_the_ticket(
    hookdesk_app: Flask, ada: Actor, bob: Actor, far: Actor, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    """Not the author, and not who may not see the ticket."""
    ticket = make_ticket()
    run_jobs()
    with hookdesk_app.app_context():
        threads.post(ada, ReplyDraft(ticket.id, "note", "@Bob Marley @far @ada: have a look"))
    run_jobs()
    with hookdesk_app.test_request_context("/"):
        assert list(reading().scalars(select(Mention.agent_id))) == [bob.agent_id]
        told = reading().all(select(Mail.address, Mail.text).where(Mail.text.contains("mentioned you")))
        assert [row.address for row in told] == ["bob@helpdesk.example"]
        assert told[0].text.startswith("Ada Lovelace mentioned you on a ticket.")
        mine = Group(Mode.ALL, (Comparison("mention", Operator.IS, bob.agent_id),))
        found = reading().scalars(select(Ticket.id).where(criteria.where(mine, criteria.known_fields())))
        assert list(found) == [ticket.id]
        assert reading().scalar(select(OutboxEvent.id)) is None


def test_the_picker_offers_who_may_see_the_ticket(
    hookdesk_client: Client, ada: Actor, bob: Actor, far: Actor, make_ticket: MakeTicket
) -> None:
    hookdesk_client.sign_in(ada)
    ticket = make_ticket()
    url = f"/agent/mentions/{ticket.number}"
    assert f'data-insert-source="{url}"' in hookdesk_client.get(f"/agent/tickets/{ticket.number}").text
    items: list[dict[str, Any]] = hookdesk_client.get(f"{url}?q=ar").json["items"]
    assert [one["label"] for one in items] == ["Bob Marley"]
    assert hookdesk_client.get(items[0]["url"]).json == {"text": "@Bob Marley ", "files": []}
    assert hookdesk_client.get(f"{url}/{far.agent_id}").status_code == 404


def open_ones(app: Flask, agent: Actor) -> list[int]:
    """The tickets in an agent's queue of mentions."""
    with app.app_context():
        mine = Group(Mode.ALL, (Comparison("mention", Operator.IS, agent.agent_id),))
        return list(reading().scalars(select(Ticket.id).where(criteria.where(mine, criteria.known_fields()))))


def test_a_mention_is_open_until_it_is_answered_or_ticked_off(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    ada: Actor,
    bob: Actor,
    make_ticket: MakeTicket,
    run_jobs: Callable[..., int],
) -> None:
    """Looking at it is not enough; what others write changes nothing."""
    first, second = make_ticket(), make_ticket()
    with hookdesk_app.app_context():
        for ticket in (first, second):
            threads.post(ada, ReplyDraft(ticket.id, "note", "@Bob Marley have a look"))
            threads.post(ada, ReplyDraft(ticket.id, "note", "And something else"))
    run_jobs("outbox")
    assert open_ones(hookdesk_app, bob) == [first.id, second.id]
    hookdesk_client.sign_in(bob)
    path = f"/agent/tickets/{first.number}"
    page = hookdesk_client.get(path).text
    assert "Mentions you" in page
    assert "Tick off" in page
    assert open_ones(hookdesk_app, bob) == [first.id, second.id]
    done = hookdesk_client.submit(path, {}, to=f"/agent/mentions/{first.number}/done")
    assert (done.status_code, "Tick off" in done.text) == (200, False)
    assert open_ones(hookdesk_app, bob) == [second.id]
    with hookdesk_app.app_context():
        threads.post(bob, ReplyDraft(second.id, "note", "Done"))
    run_jobs("outbox")
    assert open_ones(hookdesk_app, bob) == []
    with hookdesk_app.app_context():
        threads.post(ada, ReplyDraft(second.id, "note", "@bob thanks, one more thing"))
    run_jobs("outbox")
    assert open_ones(hookdesk_app, bob) == [second.id]
