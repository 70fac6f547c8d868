"""A site with the admin panel, an administrator and a plain agent who are signed in, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from hookdesk.models import Ticket
from hookdesk.testing import Client
from hookdesk.types.actors import Actor


@pytest.fixture
def administrator(make_agent: Callable[..., Actor]) -> Actor:
    """Somebody who may do everything here."""
    return make_agent("root", "Rosa Admin", is_admin=True, role="All access")


@pytest.fixture
def admin_client(hookdesk_client: Client, administrator: Actor) -> Client:
    """The administrator's browser."""
    hookdesk_client.sign_in(administrator)
    return hookdesk_client


@pytest.fixture
def agent_client(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Client:
    """A plain agent's browser."""
    client = hookdesk_app.test_client()
    assert isinstance(client, Client)
    client.sign_in(make_agent("plain", "Paul Plain"))
    return client


@pytest.fixture
def a_ticket(make_ticket: Callable[..., Ticket]) -> Ticket:
    """A ticket that came in by the portal's road."""
    return make_ticket()
