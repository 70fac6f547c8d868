"""The road to an account on PostgreSQL, where locks and NUL bytes are taken more seriously."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Ticket, User, reading
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client, Clock
from hookdesk.testing.instances import SECRET, end, prepare

from .conftest import GRACE, PASSWORD, Letter, sign_in

PLUGINS = ("accounts", "auth_password", "portal")
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


def test_join_sign_out_sign_in(joined: Callable[..., Client], make_ticket: Callable[..., Ticket]) -> None:
    ticket = make_ticket()
    client = joined(name="Grace\0 Hopper")
    assert ticket.subject in client.get("/tickets").text
    assert client.submit("/account", {"name": "Gr\0ace", "locale": "", "timezone": ""}).status_code == 200
    client.submit("/account", to="/sign-out")
    assert sign_in(client, login="gr\0ace@example.org").status_code == 401
    assert sign_in(client, GRACE["email"], PASSWORD).status_code == 302


def test_who_never_confirms_is_forgotten(
    clock: Clock, hookdesk_app: Flask, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int]
) -> None:
    """With what hangs on the user."""
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")
    clock.advance(days=31)
    assert run_jobs("accounts.forget") == 1
    with hookdesk_app.app_context():
        assert reading().scalar(select(User.id).where(User.name == GRACE["name"])) is None
