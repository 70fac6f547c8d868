"""People on PostgreSQL: what plugins do when users are merged, given out and erased, and what lists tell of agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Agent, Department, Ticket, clock, transact
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_accounts.models import Account
from hookdesk_api_osticket.models import Call
from hookdesk_auth_password.models import Password
from hookdesk_people import records

PLUGINS = (
    "accounts", "admin", "api_osticket", "auth_password", "desk", "directory", "email_out", "password_policy", "people", "portal",
    "storage_fs", "totp", "two_factor",
)  # fmt: skip
pytestmark = [pytest.mark.postgres, pytest.mark.requires(*PLUGINS)]
Read = Callable[[Any], list[Any]]


@pytest.fixture
def hookdesk_app(fresh_postgres_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The site of this module's tests stands on PostgreSQL."""
    config = Config(instance=tmp_path, database_url=fresh_postgres_url, secret_key=SECRET, testing=True)
    prepare(config, discover(), list(PLUGINS))
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


def test_merged_given_out_erased(
    hookdesk_app: Flask, admin_client: Client, make_ticket: Callable[..., Ticket], write: Callable[..., None], read: Read,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    grace, double, now = make_ticket(), make_ticket(email="grace@home.example"), clock.now()
    told = "grace@example.org and grace@home.example are denied"
    write(
        Account(user_id=grace.user_id, state="pending", created_at=now),
        Account(user_id=double.user_id, state="active", created_at=now, confirmed_at=now),
        Password(user_id=double.user_id, hash="x", changed_at=now),
        Call(operation="tickets.json", status=403, address="127.0.0.1", note=told, called_at=now),
    )
    given = {"other": "grace@home.example", "stays": "this", "confirmed": "1"}
    admin_client.submit(f"/admin/users/{grace.user_id}/merge", given)
    run_jobs()
    assert read(select(Account.user_id, Account.state)) == [(grace.user_id, "active")]
    assert read(select(Password.user_id)) == [grace.user_id]
    with hookdesk_app.app_context():
        parts = records.everything(grace.user_id)
    assert (len(parts["tickets"]), len(parts["accounts: account"])) == (2, 1)
    admin_client.submit(f"/admin/users/{grace.user_id}/erase", {"what": "keep"})
    run_jobs()
    assert read(select(Account.user_id)) == read(select(Password.user_id)) == []
    assert read(select(Call.note)) == ["[erased] and [erased] are denied"]


def test_agents_out_of_sight(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket],
) -> None:  # fmt: skip
    make_ticket()
    ada, far = make_agent("ada", "Ada Lovelace"), make_agent("far", "Far Away")

    def work(session: Any) -> None:
        session.add(Department(id=99, name="Personnel"))
        session.flush()
        session.get(Agent, far.agent_id).department_id = 99
        session.get(Agent, ada.agent_id).permissions = ["user.directory"]

    with hookdesk_app.app_context():
        transact(work)
    hookdesk_client.sign_in(ada)
    page = hookdesk_client.get("/agent/people").text
    assert ("Ada Lovelace" in page, "Grace Hopper" in page, "Far Away" in page) == (True, True, False)
    assert hookdesk_client.get(f"/agent/people/{far.user_id}").status_code == 404
