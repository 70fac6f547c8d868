"""Accounts that nobody confirms are forgotten, with the users whom a sign-up made, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import OutboxEvent, SystemLog, Ticket, User, reading, transact
from hookdesk.testing import Client, Clock

from .conftest import GRACE, Letter, follow
from .test_accounts import Jobs, Joined, configure, state, user_id

pytestmark = pytest.mark.plugins("accounts", "auth_password", "portal")
JOB = "accounts.forget"


@pytest.fixture
def signed_up(clock: Clock, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Jobs) -> None:
    """Grace asked for an account, and was mailed the link."""
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")


def known(app: Flask) -> bool:
    """Whether there is a user Grace."""
    with app.app_context():
        return reading().scalar(select(User.id).where(User.name == "Grace Hopper")) is not None


def test_who_never_confirmed_is_forgotten_after_as_many_days_as_the_settings_say(
    signed_up: None, hookdesk_app: Flask, run_jobs: Jobs, clock: Clock
) -> None:
    """And may sign up again."""
    configure(hookdesk_app, unconfirmed_days=10)
    clock.advance(days=9)
    assert run_jobs(JOB) == 0
    assert known(hookdesk_app)
    clock.advance(days=2)
    assert run_jobs(JOB) == 1
    assert not known(hookdesk_app)
    assert state(hookdesk_app) is None
    with hookdesk_app.app_context():
        said = list(reading().scalars(select(SystemLog.message).where(SystemLog.source == "accounts")))
        event = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "person_erased")).one()
    assert said == ["Forgot 1 accounts that nobody confirmed within 10 days, and 1 users whom a sign-up had made."]
    assert event.data["addresses"] == [GRACE["email"]]
    hookdesk_app.test_client().submit("/sign-up", GRACE)
    run_jobs("outbox")
    assert state(hookdesk_app) == "pending"


def test_the_days_count_from_the_last_mail(
    signed_up: None, hookdesk_app: Flask, hookdesk_client: Client, run_jobs: Jobs, clock: Clock
) -> None:
    """Thirty, unless the admin says otherwise."""
    clock.advance(days=29)
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")
    clock.advance(days=29)
    assert run_jobs(JOB) == 0
    clock.advance(days=2)
    assert run_jobs(JOB) == 1


def test_who_confirmed_stays(joined: Joined, hookdesk_app: Flask, run_jobs: Jobs, clock: Clock) -> None:
    joined()
    clock.advance(days=400)
    assert run_jobs(JOB) == 0
    assert state(hookdesk_app) == "active"


def test_who_has_a_ticket_stays_as_a_guest(
    signed_up: None, make_ticket: Callable[..., Ticket], hookdesk_app: Flask, run_jobs: Jobs, clock: Clock
) -> None:
    make_ticket()
    clock.advance(days=31)
    assert run_jobs(JOB) == 1
    assert known(hookdesk_app)
    assert state(hookdesk_app) is None


@pytest.mark.parametrize("values", [{"is_banned": True}, {"notes": "pays late"}, {"phone": "12"}])
def test_who_is_banned_or_known_by_more_than_a_form_stays(
    signed_up: None, hookdesk_app: Flask, run_jobs: Jobs, clock: Clock, values: dict[str, Any]
) -> None:
    """A ban would be worth nothing if it went with the user."""
    with hookdesk_app.app_context():
        changed = update(User).where(User.id == user_id(hookdesk_app)).values(**values)
        transact(lambda work: work.execute(changed))
    clock.advance(days=31)
    assert run_jobs(JOB) == 1
    assert known(hookdesk_app)
    assert state(hookdesk_app) is None


def test_who_was_known_before_the_sign_up_stays(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    mailbox: list[Letter],
    run_jobs: Jobs,
    clock: Clock,
    make_ticket: Callable[..., Ticket],
) -> None:
    """Their ticket may be gone by then."""
    ticket = make_ticket()
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")
    with hookdesk_app.app_context():
        transact(lambda work: work.delete(work.get_one(Ticket, ticket.id)))
    clock.advance(days=31)
    assert run_jobs(JOB) == 1
    assert known(hookdesk_app)
    follow(hookdesk_client, mailbox[0])
    assert state(hookdesk_app) is None
