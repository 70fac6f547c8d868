"""The palette finds what its agent may see, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, Department, Ticket, transact
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("palette", "directory", "search", "storage_fs")
Make = Callable[..., Actor]


@pytest.fixture
def agent(make_agent: Make) -> Actor:
    """Who looks."""
    return make_agent("ada")


@pytest.fixture
def browser(hookdesk_client: Client, agent: Actor) -> Client:
    """Their browser."""
    hookdesk_client.sign_in(agent)
    return hookdesk_client


def options(browser: Client, typed: str) -> str:
    """What it shows for what was typed: no page, the part of one."""
    page = browser.get("/agent/palette/", query_string={"q": typed, "part": "1"})
    assert page.status_code == 200
    assert "<html" not in page.text
    return page.text


def test_a_ticket_is_found_by_its_number_by_whoever_sees_it(
    hookdesk_app: Flask, browser: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ours, theirs = make_ticket(subject="<b>Ours</b>"), make_ticket(subject="Theirs")

    def away(session: Session) -> None:
        place = Department(name="Personnel")
        session.add(place)
        session.flush()
        session.get_one(Ticket, theirs.id).department_id = place.id

    with hookdesk_app.app_context():
        transact(away)
    assert "&lt;b&gt;Ours&lt;/b&gt;" in options(browser, f"#{ours.number}")
    assert f"/agent/tickets/{ours.number}" in options(browser, ours.number)
    assert "Theirs" not in options(browser, theirs.number)


def test_people_are_found_by_whoever_may_look_them_up(
    hookdesk_app: Flask, browser: Client, agent: Actor, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket(name="Grace Hopper", email="grace@navy.example")

    def may(*permissions: str) -> None:
        def work(session: Session) -> None:
            session.get_one(Agent, agent.agent_id).permissions = list(permissions)

        with hookdesk_app.app_context():
            transact(work)

    may()
    assert "Grace" not in options(browser, "@grace")
    may("user.directory")
    assert "Grace Hopper" in options(browser, "@grace")
    assert "Grace Hopper" in options(browser, "navy.ex")
    assert "Grace Hopper" not in options(browser, "#grace")


def test_pages_of_the_navigation_are_found_by_all_words(browser: Client) -> None:
    assert "Unassigned" in options(browser, "queue UNASS")
    assert "Unassigned" not in options(browser, "unassigned elephants")
    assert "Admin panel" not in options(browser, "settings")  # not theirs


def test_what_is_typed_is_bounded_and_never_fails(browser: Client) -> None:
    for typed in ("", "#", "@", "%", "'\"<script>", "x" * 5000, "🦆"):
        assert "<script>" not in options(browser, typed)


def test_it_is_a_page_too(browser: Client) -> None:
    page = browser.get("/agent/palette/", query_string={"q": "mine"})
    assert "<html" in page.text
    assert "/agent/queues/mine" in page.text
