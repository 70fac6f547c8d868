"""An account goes with its person: two users who become one can still sign in, somebody who is erased cannot, and who asks is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import (
    Actor,
    SignInSession,
    SystemLog,
    Ticket,
    User,
    UserEmail,
    reading,
    sessions,
    system,
    tickets,
    transact,
)
from hookdesk.models import Token
from hookdesk.testing import Client, Clock
from hookdesk_accounts import managing, persons
from hookdesk_accounts.models import Account
from hookdesk_auth_password import services as passwords
from hookdesk_auth_password.models import Password
from hookdesk_password_policy.models import Past
from hookdesk_people import records

from .conftest import GRACE, PASSWORD, Letter, sign_in
from .test_accounts import Joined, state, user_id

pytestmark = [
    pytest.mark.plugins("accounts", "auth_password", "password_policy", "people", "portal", "admin"),
    pytest.mark.requires("password_policy", "people"),
]
HOME = "grace@home.example"
OTHER_PASSWORD = "another horse battery"


@pytest.fixture
def merge(hookdesk_app: Flask, admin_client: Client, run_jobs: Callable[..., int]) -> Callable[..., str]:
    """`merge(stays, goes)` by their addresses; what the administrator was told before."""

    def act(stays: str, goes: str) -> str:
        path, given = f"/admin/users/{user_id(hookdesk_app, stays)}/merge", {"other": goes, "stays": "this"}
        told = admin_client.submit(path, given).text
        admin_client.submit(path, {**given, "confirmed": "1"})
        run_jobs()
        return told

    return act


def browser(app: Flask) -> Client:
    """Somebody's new browser."""
    client = app.test_client()
    assert isinstance(client, Client)
    return client


def opens(app: Flask, address: str, password: str = PASSWORD) -> bool:
    """Whether somebody gets in."""
    return sign_in(browser(app), login=address, password=password).status_code == 302


def lines(app: Flask) -> str:
    """The system log."""
    with app.app_context():
        return "\n".join(reading().scalars(select(SystemLog.message)))


def test_an_account_goes_over_to_who_had_none(
    hookdesk_app: Flask, joined: Joined, make_ticket: Callable[..., Ticket], merge: Callable[..., str]
) -> None:
    make_ticket(email="grace@example.org")
    joined(email=HOME)
    assert "The account for the portal" in merge("grace@example.org", HOME)
    assert state(hookdesk_app) == "active"
    assert opens(hookdesk_app, HOME)
    assert opens(hookdesk_app, "grace@example.org")
    assert "took over another user's account" in lines(hookdesk_app)  # nobody comes to an account unseen


def test_of_two_accounts_the_survivors_stays(
    hookdesk_app: Flask, joined: Joined, mailbox: list[Letter], merge: Callable[..., str], clock: Clock,
    run_jobs: Callable[..., int],
) -> None:  # fmt: skip
    joined()
    joined(email=HOME)
    with hookdesk_app.app_context():
        passwords.set_password(user_id(hookdesk_app, HOME), OTHER_PASSWORD, 12)
    run_jobs("outbox")
    told = merge("grace@example.org", HOME)
    assert "Where both have a password, that of Grace Hopper counts." in told
    for address in ("grace@example.org", HOME):
        assert opens(hookdesk_app, address)
        assert not opens(hookdesk_app, address, OTHER_PASSWORD)
    assert "has one account of two; where both had a password, it is the one of the survivor" in lines(hookdesk_app)
    with hookdesk_app.app_context():
        assert list(reading().scalars(select(func.count()).select_from(Account))) == [1]
        assert list(reading().scalars(select(Password.user_id))).count(user_id(hookdesk_app)) == 1
        assert set(reading().scalars(select(Past.user_id))) == {user_id(hookdesk_app)}  # neither comes back


def test_a_confirmed_account_wins_over_one_that_is_not(
    hookdesk_app: Flask, joined: Joined, run_jobs: Callable[..., int], merge: Callable[..., str]
) -> None:
    joined(email=HOME)
    browser(hookdesk_app).submit("/sign-up", GRACE)
    run_jobs("outbox")
    assert state(hookdesk_app) == "pending"
    merge("grace@example.org", HOME)
    assert state(hookdesk_app) == "active"
    assert opens(hookdesk_app, "grace@example.org")


@pytest.mark.parametrize("locked", ["grace@example.org", HOME])
def test_a_lock_of_either_holds(hookdesk_app: Flask, joined: Joined, merge: Callable[..., str], locked: str) -> None:
    joined()
    joined(email=HOME)
    whose = user_id(hookdesk_app, locked)
    with hookdesk_app.app_context():
        managing.lock(system(), whose, locked=True)
    assert "so it stays locked" in merge("grace@example.org", HOME)
    assert state(hookdesk_app) == "locked"
    assert not opens(hookdesk_app, HOME)
    with hookdesk_app.app_context():
        assert (
            reading().scalar(
                select(func.count()).where(SignInSession.revoked_at.is_(None), SignInSession.face == "portal")
            )
            == 0
        )


def test_the_password_of_a_requester_opens_no_desk(
    hookdesk_app: Flask, joined: Joined, make_agent: Callable[..., Actor], merge: Callable[..., str]
) -> None:
    """An agent without a password, who signs in otherwise, gets none by a merge."""
    make_agent("ada", "Ada Lovelace")
    joined(email=HOME)
    told = merge("ada@helpdesk.example", HOME)
    assert "Ada Lovelace is an agent, and keeps the password of the desk for it." in told
    desk = browser(hookdesk_app).submit("/agent/login", {"login": "ada", "password": PASSWORD}, follow=False)
    assert desk.status_code == 401
    assert state(hookdesk_app, HOME) == "active"  # the account is theirs; a password they choose by mail


def test_a_sign_up_that_was_merged_takes_nobody_with_it(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], merge: Callable[..., str], run_jobs: Callable[..., int],
    mailbox: list[Letter], clock: Clock,
) -> None:  # fmt: skip
    """A user whom only a sign-up made goes when nobody confirms it. One who was there before, and whose ticket is gone by now, stays."""
    ticket = make_ticket(email="grace@example.org")
    browser(hookdesk_app).submit("/sign-up", {**GRACE, "email": HOME})
    run_jobs("outbox")
    merge("grace@example.org", HOME)
    with hookdesk_app.app_context():
        tickets.remove(system(), ticket.id)
    clock.advance(days=400)
    run_jobs()
    assert state(hookdesk_app) is None
    with hookdesk_app.app_context():
        assert reading().scalar(select(UserEmail.id).where(UserEmail.address == HOME)) is not None


def test_a_merge_that_is_told_twice_changes_nothing_more(
    hookdesk_app: Flask, joined: Joined, make_ticket: Callable[..., Ticket]
) -> None:
    make_ticket(email="grace@example.org")
    joined(email=HOME)
    ids = user_id(hookdesk_app), user_id(hookdesk_app, HOME)
    with hookdesk_app.app_context():
        for _ in range(2):
            persons.merge(*ids)
        assert list(reading().all(select(Account.user_id, Account.state))) == [(ids[0], "active")]


def test_who_is_erased_has_no_account_no_password_no_session_and_no_link(
    hookdesk_app: Flask, joined: Joined, admin_client: Client, run_jobs: Callable[..., int]
) -> None:
    joined()
    whose = user_id(hookdesk_app)
    with hookdesk_app.app_context():
        transact(lambda session: sessions.issue_token(session, "account", whose, timedelta(days=1)))
    admin_client.submit(f"/admin/users/{whose}/erase", {"what": "keep"})
    run_jobs()
    assert not opens(hookdesk_app, "grace@example.org")
    with hookdesk_app.app_context():
        assert reading().scalar(select(User.id).where(User.id == whose)) == whose
        for model in (Account, Password, Past, SignInSession, Token):
            assert reading().scalar(select(func.count()).where(model.user_id == whose)) == 0, model


def test_who_asks_is_told_that_there_is_an_account_and_nothing_that_opens_it(
    hookdesk_app: Flask, joined: Joined, run_jobs: Callable[..., int]
) -> None:
    joined()
    run_jobs("outbox")
    with hookdesk_app.app_context():
        parts = records.everything(user_id(hookdesk_app))
        secrets = list(reading().scalars(select(Password.hash)))
    (account,) = parts["accounts: account"]
    assert account["state"] == "active"
    assert account["created_at"]
    assert account["confirmed_at"]
    assert len(parts["auth_password: password"]) == len(parts["password_policy: passwords"]) == 1
    assert not any(secret in str(parts) for secret in secrets)
