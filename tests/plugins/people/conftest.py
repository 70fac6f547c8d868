"""An administrator's browser, and a look into the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.site import site
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
def read(hookdesk_app: Flask) -> Callable[[Any], list[Any]]:
    """`read(select(...))`: its rows; of one column, the values."""

    def rows(statement: Any) -> list[Any]:
        with hookdesk_app.app_context(), site().db.read() as reading:
            found = reading.all(statement)
        return [row[0] if len(row) == 1 else tuple(row) for row in found]

    return rows


@pytest.fixture
def write(hookdesk_app: Flask) -> Callable[..., None]:
    """`write(row, ...)`: store rows."""

    def store(*rows: Any) -> None:
        with hookdesk_app.app_context(), site().db.write() as session:
            session.add_all(rows)

    return store
