"""Who is at a ticket: told to others, forgotten soon, never in anybody's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, AgentDepartment, Department, Ticket, site, transact
from hookdesk.testing import Client, Clock
from hookdesk_presence import store

pytestmark = pytest.mark.plugins("presence", "storage_fs")


@pytest.fixture
def valkey(hookdesk_app: Flask, redis_url: str) -> str:
    """A server for this test."""
    with hookdesk_app.app_context():
        here = site()
        here.config = replace(here.config, redis_url=redis_url)
    return redis_url


def browser(app: Flask, actor: Actor) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    client.sign_in(actor)
    return client


def report(client: Client, ticket: Ticket, state: str) -> Any:
    return client.submit(f"/agent/tickets/{ticket.number}", {"state": state}, to=f"/agent/presence/{ticket.number}")


def test_others_at_a_ticket_are_shown_for_as_long_as_they_are_there(
    hookdesk_app: Flask,
    valkey: str,
    clock: Clock,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
) -> None:
    ada, joan, ticket = make_agent(), make_agent("joan", "Joan Clarke"), make_ticket()
    hers, mine = browser(hookdesk_app, joan), browser(hookdesk_app, ada)
    assert "Joan" not in report(mine, ticket, "view").text
    assert "Ada Lovelace looks at it" in report(hers, ticket, "write").text
    assert "Joan Clarke is writing" in report(mine, ticket, "view").text
    assert "Joan Clarke is writing" in mine.get(f"/agent/tickets/{ticket.number}").text
    report(hers, ticket, "leave")
    assert "Joan Clarke" not in report(mine, ticket, "view").text
    report(hers, ticket, "view")
    clock.advance(seconds=store.SEEN_FOR.total_seconds() + 1)
    assert "Joan Clarke" not in report(mine, ticket, "view").text


@pytest.mark.plugins("presence", "queues", "storage_fs")
@pytest.mark.requires("queues")
def test_lists_show_at_which_tickets_somebody_is(
    hookdesk_app: Flask, valkey: str, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Only of tickets that one sees, and not oneself."""
    ticket, elsewhere = make_ticket(), make_ticket("not for Ada")
    ada, root = make_agent(), make_agent("joan", "Joan Clarke", is_admin=True)

    def move(session: Session) -> None:
        session.add(place := Department(name="Elsewhere"))
        session.flush()
        session.execute(update(Ticket).where(Ticket.id == elsewhere.id).values(department_id=place.id))

    with hookdesk_app.app_context():
        transact(move)
    mine, hers = browser(hookdesk_app, ada), browser(hookdesk_app, root)
    assert mine.get("/agent/presence").json == {}
    for one in (ticket, elsewhere):
        report(hers, one, "write")
    marks = mine.get("/agent/presence").json
    assert list(marks) == [ticket.number]
    assert "Joan Clarke is writing" in marks[ticket.number]
    assert "Joan Clarke is writing" in mine.get("/agent/").text
    assert "Joan Clarke is writing" not in hers.get("/agent/").text


def test_only_who_sees_a_ticket_hears_who_is_there(
    hookdesk_app: Flask, valkey: str, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    client = browser(hookdesk_app, make_agent())
    ticket = make_ticket()
    answer = client.submit(f"/agent/tickets/{ticket.number}", {"state": "view"}, to="/agent/presence/999999")
    assert answer.status_code == 404


def test_agents_out_of_sight_are_not_told_of(
    hookdesk_app: Flask, valkey: str, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Who is hidden looks at a ticket of another department without being named there."""
    ada, joan, ticket = make_agent(), make_agent("joan", "Joan Clarke", is_admin=True), make_ticket()

    def hide(session: Session) -> None:
        session.add(place := Department(name="Elsewhere"))
        session.flush()
        session.execute(delete(AgentDepartment).where(AgentDepartment.agent_id == joan.agent_id))
        moved = update(Agent).where(Agent.id == joan.agent_id)
        session.execute(moved.values(department_id=place.id, is_visible=False))

    with hookdesk_app.app_context():
        transact(hide)
    hers, mine = browser(hookdesk_app, joan), browser(hookdesk_app, ada)
    report(mine, ticket, "view")
    assert "Ada Lovelace" in report(hers, ticket, "write").text
    assert "Joan Clarke" not in report(mine, ticket, "view").text
    assert mine.get("/agent/presence").json == {}


def test_without_a_server_pages_show_nobody(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], tmp_path: Any
) -> None:
    """Neither where there is none, nor where it does not answer."""
    client, ticket = browser(hookdesk_app, make_agent()), make_ticket()
    assert report(client, ticket, "view").status_code == 200
    with hookdesk_app.app_context():
        here = site()
        here.config = replace(here.config, redis_url=f"unix://{tmp_path}/nobody.sock")
    assert report(client, ticket, "write").status_code == 200
    assert client.get(f"/agent/tickets/{ticket.number}").status_code == 200
