"""What is turned away, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from hookdesk.api import Actor, InboundMessage, Settled, Ticket, intake, site, system
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_limits import services
from hookdesk_limits.plugin import Settings

pytestmark = pytest.mark.plugins("limits", "portal", "admin")
FORM = {"name": "Grace", "email": "grace@example.org", "subject": "Fire", "message": "Help"}
MAIL = InboundMessage(channel="email", sender_address="grace@example.org", subject="Fire", text="Help")


def at_most(app: Flask, number: int) -> None:
    with app.app_context():
        site().settings.save("limits", Settings, {"open_tickets": number}, system())


def submit(app: Flask, message: InboundMessage, actor: Actor) -> Settled:
    with app.app_context():
        return intake.submit(message, actor)


def test_who_has_enough_open_tickets_is_told_and_may_still_write_on_them(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    at_most(hookdesk_app, 2)
    tickets = [make_ticket(), make_ticket()]
    told = hookdesk_client.submit("/open", FORM)
    assert told.status_code == 422
    assert "You have 2 open tickets already" in told.text
    assert "Help" in told.text  # what was written is kept
    by_mail = submit(hookdesk_app, MAIL, system())
    assert (by_mail.outcome, "2 open tickets" in by_mail.reason) == ("rejected", True)
    answer = MAIL.replace(ticket_id=tickets[0].id)
    assert submit(hookdesk_app, answer, system()).outcome == "reply"
    assert submit(hookdesk_app, MAIL.replace(sender_address="other@example.org"), system()).outcome == "ticket"


def test_an_agent_opens_as_many_as_it_takes(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], make_agent: Callable[..., Actor]
) -> None:
    at_most(hookdesk_app, 1)
    make_ticket()
    assert submit(hookdesk_app, MAIL.replace(channel="phone"), make_agent()).outcome == "ticket"


@pytest.mark.parametrize(
    ("blocked", "sender", "is_taken"),
    [
        ("grace@example.org", "Grace@Example.org", False),
        ("grace@example.org", "ada@example.org", True),
        ("example.org", "ada@example.org", False),
        ("example.org", "ada@mail.example.org", True),
        ("example.org", "ada@notexample.org", True),
        (".example.org", "ada@mail.example.org", False),
        ("@.example.org", "ada@example.org", False),
        (".example.org", "ada@notexample.org", True),
    ],
)
def test_blocked_senders_are_turned_away(hookdesk_app: Flask, blocked: str, sender: str, is_taken: bool) -> None:
    with hookdesk_app.app_context():
        services.block(system(), blocked, "")
    settled = submit(hookdesk_app, MAIL.replace(sender_address=sender), system())
    assert settled.outcome == ("ticket" if is_taken else "rejected")
    assert is_taken or settled.reason.endswith("is blocked")


def test_a_blocked_visitor_learns_nothing_of_the_list(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    with hookdesk_app.app_context():
        services.block(system(), "example.org", "a secret note")
    told = hookdesk_client.submit("/open", FORM)
    assert told.status_code == 422
    assert "This site does not take this message." in told.text
    assert "blocked" not in told.text


def test_the_list_is_kept_by_administrators(
    hookdesk_client: Client, make_agent: Callable[..., Actor], hookdesk_app: Flask
) -> None:
    hookdesk_client.sign_in(make_agent("root", is_admin=True))
    page = hookdesk_client.submit("/admin/blocked", {"sender": "Example.org", "notes": "sent us adverts"})
    assert "@example.org is blocked." in page.text
    assert "sent us adverts" in page.text
    for text, words in (("example.org", "on the list already"), ("no address@", "Write an address")):
        again = hookdesk_client.submit("/admin/blocked", {"sender": text})
        assert again.status_code == 422
        assert words in again.text
    hookdesk_client.submit("/admin/blocked", to="/admin/blocked/1/delete")
    assert submit(hookdesk_app, MAIL, system()).outcome == "ticket"


@pytest.mark.postgres
def test_the_same_on_postgresql(fresh_postgres_url: str, tmp_path: Path) -> None:
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), ["limits"])
    app = create_app(config)
    at_most(app, 1)
    assert submit(app, MAIL, system()).outcome == "ticket"
    assert submit(app, MAIL, system()).outcome == "rejected"
    with app.app_context():
        services.block(system(), ".example.org", "")
        assert [row.sender for row in services.listed("example", None, 10)] == ["@.example.org"]
    assert submit(app, MAIL.replace(sender_address="a\0da@mail.example.org"), system()).outcome in (
        "rejected",
        "quarantined",
    )
    end(app)
