"""The page that asks the guard in somebody's name, and the way to their eyes."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from hookdesk.api import Actor, Department, Ticket, site, transact
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("access", "admin", "desk", "portal")


@pytest.fixture
def far_ticket(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> Ticket:
    """A ticket in a department that nobody works in."""
    ticket = make_ticket()

    def move(session):  # type: ignore[no-untyped-def]  # a Session
        far = Department(name="Far away")
        session.add(far)
        session.flush()
        session.get(Ticket, ticket.id).department_id = far.id

    with hookdesk_app.app_context():
        transact(move)
    return ticket


@pytest.fixture
def admin_client(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser in which an administrator is signed in."""
    hookdesk_client.sign_in(make_agent("root", "Rosa Admin", is_admin=True))
    return hookdesk_client


def ask(client: Client, **given: str) -> str:
    """The page as text, without marks."""
    page = client.get("/admin/access", query_string=given)
    assert page.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def test_it_says_by_which_rule_somebody_sees_a_ticket(
    admin_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    make_agent("ada", "Ada Lovelace", role="View and note")
    ticket = make_ticket()
    text = ask(admin_client, who="ADA", ticket=f"#{ticket.number}")
    assert f"Ada Lovelace sees ticket {ticket.number}." in text
    assert "It is in a department that they work in, or in one below it : yes" in text
    assert "The ticket is assigned to them : no" in text
    assert "Write internal notes : yes" in text
    assert "Reply to requesters : no" in text


def test_it_says_that_somebody_does_not(
    admin_client: Client, make_agent: Callable[..., Actor], far_ticket: Ticket
) -> None:
    make_agent("ada", "Ada Lovelace")
    text = ask(admin_client, who="ada@helpdesk.example", ticket=far_ticket.number)
    assert f"Ada Lovelace does not see ticket {far_ticket.number}." in text
    assert "Nothing: they do not see it." in text


def test_it_asks_for_requesters_too(admin_client: Client, far_ticket: Ticket) -> None:
    text = ask(admin_client, face="portal", who="grace@example.org", ticket=far_ticket.number)
    assert "Grace Hopper sees ticket" in text
    assert "They asked it : yes" in text
    assert "Write on it : yes" in text
    assert "Reply to requesters" not in text


def test_it_knows_what_plugins_allow(
    admin_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    make_agent("ada", "Ada Lovelace")
    ticket = make_ticket()
    with admin_client.application.app_context():
        added = Implementation("billing", lambda: [("billing.refund", "Refund money", "Billing")], ())
        site().hooks.install("permissions", [added])
    assert "Refund money : no" in ask(admin_client, who="ada", ticket=ticket.number)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"who": "nobody"}, "There is nobody active"),
        ({"who": "root", "ticket": "999999"}, "There is no ticket with that number"),
        ({"who": "x" * 1000, "ticket": "\u0660" * 1000, "face": "<script>"}, "There is nobody active"),
        ({}, "Ask the guard"),
    ],
)
def test_whatever_is_asked_gets_an_answer(admin_client: Client, given: dict[str, str], words: str) -> None:
    assert words in ask(admin_client, **given)


def test_an_administrator_sees_the_desk_as_an_agent_sees_it(
    admin_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], far_ticket: Ticket
) -> None:
    make_agent("ada", "Ada Lovelace")
    near = make_ticket("A printer nearby")
    page = admin_client.submit("/admin/access?who=ada", {"who": "ada", "face": "agent"}, to="/admin/access/eyes")
    assert page.status_code == 200
    assert "through the eyes of Ada Lovelace" in page.text
    assert "A printer nearby" in page.text
    assert far_ticket.number not in page.text
    assert admin_client.get(f"/agent/tickets/{far_ticket.number}").status_code == 404
    assert admin_client.get("/admin/access").status_code == 403
    note = admin_client.submit(
        f"/agent/tickets/{near.number}", {"message": "hm"}, to=f"/agent/tickets/{near.number}/note"
    )
    assert note.status_code == 403
    back = admin_client.submit("/agent", to="/agent/stop-viewing")
    assert "through the eyes" not in back.text
    assert admin_client.get("/admin/access").status_code == 200


def test_an_administrator_sees_the_portal_as_a_requester_sees_it(
    admin_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket("Mine")
    given = {"who": "grace@example.org", "face": "portal"}
    page = admin_client.submit("/admin/access?who=grace@example.org&face=portal", given, to="/admin/access/eyes")
    assert page.status_code == 200
    assert "through the eyes of Grace Hopper" in page.text
    assert "Mine" in page.text


def test_nobody_else_comes_here(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get("/admin/access").status_code == 403
    refused = hookdesk_client.submit("/agent", {"who": "ada", "face": "agent"}, to="/admin/access/eyes")
    assert refused.status_code == 403
