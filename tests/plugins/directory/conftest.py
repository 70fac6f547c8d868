"""A desk with an agent who may look things up, and departments that somebody manages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, Department, actors, organizations, system, transact, users
from hookdesk.testing import Client

T = TypeVar("T")
EVERYTHING = (
    "user.directory", "user.create", "user.edit", "user.ban", "organization.create", "organization.edit"
)  # fmt: skip


@pytest.fixture
def inside(hookdesk_app: Flask) -> Callable[[Callable[[], T]], T]:
    """`inside(work)`: what `work()` answers within the application's context."""

    def run(work: Callable[[], T]) -> T:
        with hookdesk_app.app_context():
            return work()

    return run


@pytest.fixture
def store(inside: Callable[..., Any]) -> Callable[[Callable[[Session], Any]], Any]:
    """`store(work)`: what `work(session)` answers, committed."""
    return lambda work: inside(lambda: transact(work))


@pytest.fixture
def allow(inside: Callable[..., Any], store: Callable[..., Any]) -> Callable[..., Actor]:
    """`allow(agent, "user.edit", …)`: the agent holds these permissions everywhere, and no others."""

    def give(actor: Actor, *permissions: str) -> Actor:
        def work(session: Session) -> None:
            agent = session.get(Agent, actor.agent_id)
            assert agent is not None
            agent.permissions = list(permissions)

        store(work)
        found: Actor = inside(lambda: actors.agent_actor(actor.agent_id or 0))
        return found

    return give


@pytest.fixture
def ada(make_agent: Callable[..., Actor], allow: Callable[..., Actor]) -> Actor:
    """An agent with every permission of the directory."""
    return allow(make_agent(), *EVERYTHING)


@pytest.fixture
def browser(hookdesk_client: Client, ada: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(ada)
    return hookdesk_client


@pytest.fixture
def make_department(store: Callable[..., Any]) -> Callable[..., int]:
    """`make_department("Billing", manager_id=…, parent_id=…)`: its id."""

    def make(name: str, **values: Any) -> int:
        def work(session: Session) -> int:
            row = Department(name=name, **values)
            session.add(row)
            session.flush()
            return row.id

        return int(store(work))

    return make


@pytest.fixture
def make_user(inside: Callable[..., Any]) -> Callable[..., int]:
    """`make_user("Grace", "grace@example.org", …)`: their id."""

    def make(name: str, *addresses: str, **values: Any) -> int:
        return int(inside(lambda: users.save_user(system(), None, users.UserData(name, addresses, **values))))

    return make


@pytest.fixture
def make_organization(inside: Callable[..., Any]) -> Callable[..., int]:
    """`make_organization("Initech", …)`: its id."""

    def make(name: str, **values: Any) -> int:
        data = organizations.OrganizationData(name, **values)
        return int(inside(lambda: organizations.save_organization(system(), None, data)))

    return make
