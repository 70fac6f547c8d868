"""Programs with keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hookdesk.api import Ticket, reading, site, system
from hookdesk_api_osticket import services
from hookdesk_api_osticket.models import ApiKey, Call
from hookdesk_api_osticket.services import Values

TICKET = {
    "name": "Grace Hopper", "email": "grace@example.org", "subject": "The printer is on fire", "message": "Since nine o'clock.",
}  # fmt: skip


@pytest.fixture
def make_key(hookdesk_app: Flask) -> Callable[..., str]:
    """`make_key(networks=("127.0.0.1",), …)`: the secret of a new key; the rest as in `Values`."""

    def make(networks: tuple[str, ...] = ("127.0.0.1",), name: str = "Shop", **values: Any) -> str:
        with hookdesk_app.app_context():
            return services.create(system("tests"), Values(name, networks, **values))

    return make


class Program:
    """A program with a key: `post(path, body)` and `json(**changes)`; no cookies, no CSRF token."""

    def __init__(self, app: Flask, key: str) -> None:
        self.app, self.key = app, key

    def post(self, path: str, body: bytes | str = b"", address: str = "127.0.0.1", **headers: str) -> TestResponse:
        """POST as a program does; `Header_Name="…"` sets a header."""
        given = {"X-API-Key": self.key, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.app.test_client(use_cookies=False).post(
            path,
            data=body,
            headers={name: value for name, value in given.items() if value},
            environ_overrides={"REMOTE_ADDR": address},
        )

    def json(self, **changes: Any) -> TestResponse:
        """Open a ticket; None takes a key away."""
        values = {name: value for name, value in {**TICKET, **changes}.items() if value is not None}
        return self.post("/api/tickets.json", self.app.json.dumps(values), Content_Type="application/json")


@pytest.fixture
def program(hookdesk_app: Flask, make_key: Callable[..., str]) -> Program:
    """A program that may do everything, from this machine."""
    return Program(hookdesk_app, make_key(may_run_cron=True))


@pytest.fixture
def ticket_of(hookdesk_app: Flask) -> Callable[[TestResponse], Ticket]:
    """The ticket whose number an answer is."""

    def find(answer: TestResponse) -> Ticket:
        assert answer.status_code == 201, answer.text
        with hookdesk_app.app_context(), site().db.read() as session:
            found: Ticket = session.scalars(select(Ticket).where(Ticket.number == answer.text)).one()
        return found

    return find


@pytest.fixture
def all_calls(hookdesk_app: Flask) -> Callable[[], list[Call]]:
    """Every line of the log of calls, the oldest first."""

    def read() -> list[Call]:
        with hookdesk_app.app_context():
            return list(reading().scalars(select(Call).order_by(Call.id)))

    return read


@pytest.fixture
def all_keys(hookdesk_app: Flask) -> Callable[[], list[ApiKey]]:
    """Every key."""

    def read() -> list[ApiKey]:
        with hookdesk_app.app_context():
            return list(reading().scalars(select(ApiKey).order_by(ApiKey.id)))

    return read
