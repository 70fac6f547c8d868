"""A desk with an agent at work in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Agent, Department, Role, Ticket, actors, reading, system, transact
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.testing.instances import Client

T = TypeVar("T")


@pytest.fixture
def inside(hookdesk_app: Flask) -> Callable[[Callable[[], T]], T]:
    """`inside(work)`: what `work()` answers within the application's context."""

    def run(work: Callable[[], T]) -> T:
        with hookdesk_app.app_context():
            return work()

    return run


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent of the first department with the role Agent."""
    return make_agent("ada", "Ada Lovelace")


@pytest.fixture
def desk(hookdesk_client: Client, ada: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(ada)
    return hookdesk_client


@pytest.fixture
def make_department(inside: Callable[..., Any]) -> Callable[[str], int]:
    """`make_department("Billing")`: its id. Nobody works there yet."""

    def make(name: str) -> int:
        def work(session: Session) -> int:
            department = Department(name=name)
            session.add(department)
            session.flush()
            return department.id

        return inside(lambda: transact(work))

    return make


@pytest.fixture
def stored(inside: Callable[..., Any]) -> Callable[[str], Any]:
    """`stored(number)`: the ticket's row as it is now."""

    def read(number: str) -> Any:
        return inside(lambda: reading().first(select(*Ticket.__table__.columns).where(Ticket.number == number)))

    return read


@pytest.fixture
def give_role(inside: Callable[..., Any]) -> Callable[..., Actor]:
    """`give_role(agent, "ticket.note", …)`: the agent now holds a role with these permissions alone."""

    def give(actor: Actor, *permissions: str) -> Actor:
        def work(session: Session) -> None:
            role = Role(name="For this test", permissions=list(permissions))
            session.add(role)
            session.flush()
            agent = session.get(Agent, actor.agent_id)
            assert agent is not None
            agent.role_id = role.id

        def run() -> Actor | None:
            transact(work)
            return actors.agent_actor(actor.agent_id or 0)

        found: Actor = inside(run)
        return found

    return give


@pytest.fixture
def save_settings(inside: Callable[..., Any]) -> Callable[..., None]:
    """`save_settings("desk", Settings, after_reply="list")`."""

    def save(scope: str, kind: type = CoreSettings, **values: Any) -> None:
        inside(lambda: site().settings.save(scope, kind, values, system()))

    return save
