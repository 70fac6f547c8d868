"""A site with queues, and what its tests need again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Actor, Comparison, Group, Mode, Operator, criteria, system
from hookdesk.testing.instances import Client
from hookdesk_queues import services
from hookdesk_queues.values import Values


@pytest.fixture
def inside(hookdesk_app: Flask) -> Callable[..., Any]:
    """`inside(work)`: what `work()` answers within the application's context."""

    def run(work: Callable[[], Any]) -> Any:
        with hookdesk_app.app_context():
            return work()

    return run


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent of the first department."""
    return make_agent("ada", "Ada Lovelace")


@pytest.fixture
def desk(hookdesk_client: Client, ada: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(ada)
    return hookdesk_client


@pytest.fixture
def make_queue(inside: Callable[..., Any]) -> Callable[..., int]:
    """`make_queue("Fires", ("subject", "contains", "fire"), state="")`: its id."""

    def make(title: str, *parts: tuple[str, str, Any], agent_id: int | None = None, **changes: Any) -> int:
        group = Group(Mode.ALL, tuple(Comparison(name, Operator(how), value) for name, how, value in parts))
        values = Values(title, conditions=criteria.dump(group), **changes)
        found: int = inside(lambda: services.save(system(), values, agent_id=agent_id))
        return found

    return make
