"""What agents do about the accounts of users: from the page in the admin panel and from the one in the desk."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import Actor, Agent, SystemLog, Ticket, User, reading, transact
from hookdesk.testing import Client, Clock
from hookdesk_accounts.models import Account

from .conftest import PASSWORD, Letter, follow, sign_in
from .test_accounts import Jobs, configure, state, user_id

pytestmark = pytest.mark.plugins("accounts", "auth_password", "portal", "admin", "directory", "limits")
Act = Callable[..., str]
ACTS = ("link", "confirm", "lock", "unlock")


@pytest.fixture
def act(admin_client: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> Act:
    """`act("lock")`: what an administrator is told who does that about Grace, whose page is in the admin panel."""
    make_ticket()
    grace = user_id(hookdesk_app)

    def do(name: str) -> str:
        return admin_client.submit(f"/admin/users/{grace}", to=f"/agent/accounts/{grace}/{name}").text

    return do


@pytest.fixture
def page(admin_client: Client, hookdesk_app: Flask) -> Callable[[], str]:
    """Grace's page in the desk, as an administrator sees it."""
    return lambda: admin_client.get(f"/agent/people/{user_id(hookdesk_app)}").text


def told(app: Flask, source: str = "account") -> list[str]:
    """What the log says."""
    with app.app_context():
        return list(reading().scalars(select(SystemLog.message).where(SystemLog.source == source)))


def test_an_agent_invites_locks_and_unlocks(
    act: Act, page: Callable[[], str], hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    configure(hookdesk_app, registration="invitation")
    assert "Guest" in page()
    assert "A mail with a link is on its way." in act("link")
    run_jobs("outbox")
    assert "Mail the link again" in page()
    grace = hookdesk_app.test_client()
    follow(grace, mailbox[0])
    assert grace.get("/account").status_code == 200
    act("lock")
    assert grace.get("/account").location == "/sign-in"
    assert sign_in(grace).status_code == 401
    assert "Unlock" in page()
    act("unlock")
    assert sign_in(grace).status_code == 302
    assert [words.split()[2] for words in told(hookdesk_app)] == ["invited", "changed", "changed"]


def test_each_button_leads_back_to_the_page_that_it_stands_on(
    act: Act, admin_client: Client, hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    """Administrators have two of them."""
    act("link")
    run_jobs("outbox")
    grace = user_id(hookdesk_app)
    for place in (f"/agent/people/{grace}", f"/admin/users/{grace}"):
        found = re.findall(r'action="(/agent/accounts/[^"]+)"', admin_client.get(place).text)
        assert len(found) == 3
        for action in found:
            assert admin_client.submit(place, to=action, follow=False).location == place
        with hookdesk_app.app_context():
            waits = update(Account).values(state="pending")
            transact(lambda work, again=waits: work.execute(again))


def test_an_agent_has_a_link_for_a_new_password_mailed(
    act: Act, page: Callable[[], str], hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    """However lately the owner was mailed."""
    act("link")
    run_jobs("outbox")
    follow(hookdesk_app.test_client(), mailbox[0])
    assert "Mail a link for a new password" in page()
    act("link")
    run_jobs("outbox")
    assert "within an hour" in mailbox[1].text
    follow(hookdesk_app.test_client(), mailbox[1], "another long password")
    assert sign_in(hookdesk_app.test_client()).status_code == 401
    assert sign_in(hookdesk_app.test_client(), password="another long password").status_code == 302
    assert told(hookdesk_app)[-1] == "Rosa Admin mailed Grace Hopper a link to choose a new password"


def test_an_agent_vouches_for_an_address_and_its_owner_still_chooses_the_password(
    act: Act, page: Callable[[], str], hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    act("link")
    run_jobs("outbox")
    assert "The address is confirmed." in act("confirm")
    assert state(hookdesk_app) == "active"
    assert "/confirm" not in page()
    assert sign_in(hookdesk_app.test_client()).status_code == 401
    follow(hookdesk_app.test_client(), mailbox[0])
    assert sign_in(hookdesk_app.test_client()).status_code == 302
    act("confirm")
    assert [words.split()[2] for words in told(hookdesk_app)] == ["invited", "changed"]


def test_a_locked_account_is_neither_mailed_nor_confirmed(
    act: Act, hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    act("link")
    run_jobs("outbox")
    act("lock")
    assert "The account is locked." in act("link")
    act("confirm")
    run_jobs("outbox")
    assert (len(mailbox), state(hookdesk_app)) == (1, "locked")


def test_nobody_new_is_invited_where_the_settings_say_so(
    act: Act, page: Callable[[], str], hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    configure(hookdesk_app, registration="off")
    assert "/link" not in page()
    assert "Nobody new gets an account here" in act("link")
    run_jobs("outbox")
    assert mailbox == []


def test_who_is_banned_is_mailed_nothing_and_the_agent_is_told(
    act: Act, page: Callable[[], str], hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    ban(hookdesk_app, user_id(hookdesk_app))
    assert "/link" not in page()
    assert "Grace Hopper is banned." in act("link")
    run_jobs("outbox")
    assert mailbox == []


def ban(app: Flask, banned: int) -> None:
    with app.app_context():
        transact(lambda work: work.execute(update(User).where(User.id == banned).values(is_banned=True)))


def test_only_agents_who_manage_accounts_see_and_change_them(
    hookdesk_app: Flask, hookdesk_client: Client, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Looking through the directory is not enough."""
    make_ticket()
    ada, grace = make_agent(), user_id(hookdesk_app)
    hookdesk_client.sign_in(ada)

    def allow(*permissions: str) -> None:
        with hookdesk_app.app_context():
            held = update(Agent).where(Agent.id == ada.agent_id)
            transact(lambda work: work.execute(held.values(permissions=list(permissions))))

    allow("user.directory", "user.edit")
    path = f"/agent/people/{grace}"
    assert "/agent/accounts/" not in hookdesk_client.get(path).text
    for name in ACTS:
        assert hookdesk_client.submit(f"{path}/edit", to=f"/agent/accounts/{grace}/{name}").status_code == 403
        assert hookdesk_client.get(f"/agent/accounts/{grace}/{name}").status_code == 405
    assert state(hookdesk_app) is None
    allow("user.directory", "user.manage")
    with_mail = hookdesk_client.get(path).text
    assert "Has no account" in with_mail
    for name in ("confirm", "lock", "unlock"):
        assert hookdesk_client.submit("/agent/account", to=f"/agent/accounts/{grace}/{name}").status_code == 404


def test_nobody_locks_an_agent_out_of_the_desk_this_way(
    admin_client: Client, hookdesk_app: Flask, make_agent: Callable[..., Actor], mailbox: list[Letter], run_jobs: Jobs
) -> None:
    ada = make_agent("ada")
    admin_client.submit("/admin/users", to=f"/agent/accounts/{ada.user_id}/link")
    run_jobs("outbox")
    assert len(mailbox) == 1
    assert "/lock" not in admin_client.get(f"/agent/people/{ada.user_id}").text
    for name in ("confirm", "lock"):
        assert admin_client.submit("/admin/users", to=f"/agent/accounts/{ada.user_id}/{name}").status_code == 404


@pytest.mark.parametrize("pattern", ["grace@example.org", "example.org", ".org"])
def test_a_blocked_address_gets_no_account_and_the_page_says_what_it_says_to_anybody(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    admin_client: Client,
    mailbox: list[Letter],
    run_jobs: Jobs,
    pattern: str,
) -> None:
    admin_client.submit("/admin/blocked", {"sender": pattern})
    form = {"name": "Grace", "email": "grace@example.org"}
    assert "A mail to grace@example.org is on its way." in hookdesk_client.submit("/sign-up", form).text
    hookdesk_client.submit("/forgot-password", form)
    run_jobs("outbox")
    assert mailbox == []
    with hookdesk_app.app_context():
        assert reading().scalar(select(User.id).where(User.name == "Grace")) is None
    assert len(told(hookdesk_app, "accounts")) == 2
    assert "Nothing about an account was mailed to grace@example.org: " in told(hookdesk_app, "accounts")[0]


@pytest.mark.plugins("accounts", "auth_password", "portal", "admin", "bans")
@pytest.mark.parametrize("value", ["grace@example.org", "example.org"])
def test_a_banned_sender_gets_no_account_either(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    admin_client: Client,
    mailbox: list[Letter],
    run_jobs: Jobs,
    value: str,
) -> None:
    admin_client.submit("/admin/bans", {"value": value, "note": "a secret"})
    form = {"name": "Grace", "email": "grace@example.org"}
    assert "A mail to grace@example.org is on its way." in hookdesk_client.submit("/sign-up", form).text
    run_jobs("outbox")
    assert mailbox == []
    with hookdesk_app.app_context():
        assert reading().scalar(select(User.id).where(User.name == "Grace")) is None
    assert "Nothing about an account was mailed to grace@example.org: " in told(hookdesk_app, "accounts")[0]


def test_an_agent_who_invites_a_blocked_address_is_told(
    act: Act, admin_client: Client, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    admin_client.submit("/admin/blocked", {"sender": "grace@example.org"})
    assert "grace@example.org is blocked." in act("link")
    run_jobs("outbox")
    assert mailbox == []


def test_a_banned_person_gets_no_account_by_signing_up_nor_by_a_link_mailed_before(
    hookdesk_app: Flask, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Jobs, clock: Clock
) -> None:
    form = {"name": "Grace", "email": "grace@example.org"}
    hookdesk_client.submit("/sign-up", form)
    run_jobs("outbox")
    ban(hookdesk_app, user_id(hookdesk_app))
    follow(hookdesk_client, mailbox[0])
    assert state(hookdesk_app) == "pending"
    assert sign_in(hookdesk_client, password=PASSWORD).status_code == 401
    clock.advance(hours=1)
    assert "A mail to grace@example.org is on its way." in hookdesk_client.submit("/sign-up", form).text
    run_jobs("outbox")
    assert len(mailbox) == 1
    assert told(hookdesk_app, "accounts") == [
        "Nothing about an account was mailed to grace@example.org: its user is banned."
    ]
