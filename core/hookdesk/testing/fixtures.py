"""The fixtures. Everything works on a throwaway SQLite site that has only the plugins that the test names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.app import create_app
from hookdesk.jobs.registry import jobs
from hookdesk.models import Department, Role, Ticket
from hookdesk.services import actors, intake, people
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.testing import reuse
from hookdesk.testing.instances import Client, Clock, Instances, end
from hookdesk.types.actors import ANONYMOUS, Actor
from hookdesk.types.intake import InboundFile, InboundMessage

MARKER = "plugins(slug, ...): the plugins that are on in the test's site, and what they depend on; '*' is everything in the box"
ROUNDS = 50


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and let the applications share."""
    reuse.begin()
    config.addinivalue_line("markers", MARKER)


@pytest.fixture(scope="session")
def plugins_off() -> frozenset[str]:
    """Slugs that `*` does not include; to be overridden."""
    return frozenset()


@pytest.fixture(scope="session")
def hookdesk_instances(tmp_path_factory: pytest.TempPathFactory) -> Instances:
    """Makes instances: `copy(slugs, folder)`."""
    return Instances(tmp_path_factory.mktemp("instances"))


@pytest.fixture
def hookdesk_app(
    request: pytest.FixtureRequest, hookdesk_instances: Instances, tmp_path: Path, plugins_off: frozenset[str]
) -> Iterator[Flask]:
    """An application on an instance of its own, with the plugins of the marker `plugins`. Enter `app_context()` to call services."""
    marker = request.node.get_closest_marker("plugins")
    config = hookdesk_instances.copy(marker.args if marker else (), tmp_path / "instance", plugins_off)
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)


@pytest.fixture
def hookdesk_client(hookdesk_app: Flask) -> Client:
    """A browser: see `Client`."""
    client = hookdesk_app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The site's clock, standing still at noon on 1 June 2026 (UTC): `clock.advance(hours=2)`."""
    standing = Clock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    yield standing
    standing.end()


@pytest.fixture
def make_agent(hookdesk_app: Flask) -> Callable[..., Actor]:
    """`make_agent(login="ada", name=…, is_admin=False, role="Agent")`: an agent of the first department, as an actor."""

    def make(login: str = "ada", name: str = "Ada Lovelace", *, is_admin: bool = False, role: str = "Agent") -> Actor:
        with hookdesk_app.app_context():

            def work(session):  # type: ignore[no-untyped-def]  # a Session
                department = session.scalar(select(Department.id).order_by(Department.id).limit(1))
                held = session.scalar(select(Role.id).where(Role.name == role))
                return people.create_agent(
                    session, login=login, name=name, address=f"{login}@helpdesk.example",
                    department_id=department, role_id=held, is_admin=is_admin,
                ).id  # fmt: skip

            actor = actors.agent_actor(transact(work))
        assert actor is not None
        return actor

    return make


@pytest.fixture
def make_ticket(hookdesk_app: Flask) -> Callable[..., Ticket]:
    """`make_ticket(subject=…, text=…, email=…, name=…, channel="portal", files=(), fields={})`: a ticket that came in by the usual road."""

    def make(
        subject: str = "The printer is on fire",
        text: str = "It has been burning since nine o'clock.",
        *,
        email: str = "grace@example.org",
        name: str = "Grace Hopper",
        channel: str = "portal",
        topic: str = "",
        files: Sequence[InboundFile] = (),
        fields: Mapping[str, Any] | None = None,
    ) -> Ticket:
        message = InboundMessage(
            channel=channel,
            sender_address=email,
            sender_name=name,
            subject=subject,
            text=text,
            topic=topic,
            files=tuple(files),
            fields=fields or {},
        )
        with hookdesk_app.app_context():
            settled = intake.submit(message, ANONYMOUS)
            assert settled.ticket_id is not None, f"no ticket was made: {settled}"
            with site().db.read() as reading:
                ticket: Ticket = reading.scalars(select(Ticket).where(Ticket.id == settled.ticket_id)).one()
        return ticket

    return make


@pytest.fixture
def run_jobs(hookdesk_app: Flask) -> Callable[..., int]:
    """`run_jobs()` runs every job until none has anything to do, `run_jobs("outbox")` those named; how many things were done."""

    def run(*names: str) -> int:
        done = 0
        for _ in range(ROUNDS):
            round_done = 0
            for name in names or tuple(_job_names(hookdesk_app)):
                with hookdesk_app.app_context():
                    round_done += jobs()[name].job.run()
                    site().plugins.flush()
            if not round_done:
                return done
            done += round_done
        raise AssertionError(f"after {ROUNDS} rounds the jobs still find something to do")

    return run


def _job_names(app: Flask) -> list[str]:
    """Every job of the application."""
    with app.app_context():
        return list(jobs())
