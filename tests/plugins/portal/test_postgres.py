"""The requesters' road on PostgreSQL, where NUL bytes, types and locks are taken more seriously."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from hookdesk.api import Actor, AuthHooks, Ticket, site
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare

from .conftest import FORM, Letter

PLUGINS = ("portal", "storage_fs", "topics", "auth_password")
pytestmark = [pytest.mark.postgres, pytest.mark.requires(*PLUGINS)]


@pytest.fixture
def hookdesk_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site of this module's tests stands on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


def test_open_read_answer(
    hookdesk_client: Client,
    make_ticket: Callable[..., Ticket],
    guest: Callable[[Ticket], Client],
    mailbox: list[Letter],
) -> None:
    odd = {**FORM, "topic": "topics:1", "name": "a\x00b", "subject": "c\x00d 🔥", "message": "e\x00f\r\ng"}
    sent = hookdesk_client.submit("/open", odd)
    assert re.search(r"data-ticket-number>\d+<", sent.text)
    ticket = make_ticket(topic="topics:2")
    client = guest(ticket)
    assert client.submit(f"/tickets/{ticket.number}", {"message": "h\x00i"}).status_code == 200
    assert "h i" in client.get(f"/tickets/{ticket.number}").text
    assert client.get("/tickets?state=open").status_code == 200
    assert client.get("/tickets/\x00").status_code in (400, 404)
    assert client.submit("/check", {"email": "a\x00@example.org", "number": "\x00"}).status_code in (200, 422)


def test_passwords_and_topics(hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    root = make_agent("root", "Root", is_admin=True)
    with hookdesk_app.app_context():
        assert site().hooks.first(
            AuthHooks.auth_set_password, user_id=root.user_id or 0, password="correct horse battery"
        )
    for login in ("r\x00oot", "root"):
        wrong = hookdesk_client.submit("/agent/login", {"login": login, "password": "wr\x00ong"})
        assert wrong.status_code == 401
    hookdesk_client.submit("/agent/login", {"login": "root", "password": "correct horse battery"}, follow=False)
    assert hookdesk_client.get("/agent/sessions").status_code == 200
    made = hookdesk_client.submit(
        "/admin/topics/new", {"name": "New\x00 one", "parent_id": "1", "position": "5", "is_active": "y"}
    )
    assert "The topic New one is saved." in made.text
    assert "deleted" in hookdesk_client.submit("/admin/topics/1", to="/admin/topics/1/delete").text
