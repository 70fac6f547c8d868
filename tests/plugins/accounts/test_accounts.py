"""How a requester comes to an account, what it opens, and what nobody learns from the pages around it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import Actor, Ticket, User, UserEmail, reading, site, system, transact
from hookdesk.testing import Client, Clock
from hookdesk_accounts.models import Account
from hookdesk_accounts.settings import Settings

from .conftest import GRACE, PASSWORD, Letter, follow, sign_in

pytestmark = pytest.mark.plugins("accounts", "auth_password", "portal", "admin")
Joined = Callable[..., Client]
Jobs = Callable[..., int]


def configure(app: Flask, **values: object) -> None:
    with app.app_context():
        site().settings.save("accounts", Settings, values, system())


def user_id(app: Flask, address: str = GRACE["email"]) -> int:
    with app.app_context():
        return int(reading().scalar(select(UserEmail.user_id).where(UserEmail.address == address)))


def shown(text: str) -> str:
    """A page without what differs each time."""
    return re.sub(r'(content|nonce|value)="[^"]*"', "", text)


def state(app: Flask, address: str = GRACE["email"]) -> str | None:
    with app.app_context():
        found = select(Account.state).join(UserEmail, UserEmail.user_id == Account.user_id)
        value: str | None = reading().scalar(found.where(UserEmail.address == address))
        return value


def test_sign_up_confirm_sign_out_sign_in(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    mailbox: list[Letter],
    run_jobs: Jobs,
    make_ticket: Callable[..., Ticket],
) -> None:
    ticket = make_ticket()
    told = hookdesk_client.submit("/sign-up", GRACE)
    assert "A mail to grace@example.org is on its way." in told.text
    run_jobs("outbox")
    assert state(hookdesk_app) == "pending"
    assert sign_in(hookdesk_client).status_code == 401
    assert follow(hookdesk_client, mailbox[0]).location == "/signed-in"
    assert "Your password is set." in hookdesk_client.get("/signed-in", follow_redirects=True).text
    assert state(hookdesk_app) == "active"
    assert ticket.subject in hookdesk_client.get("/tickets").text
    hookdesk_client.submit("/account", to="/sign-out")
    assert hookdesk_client.get("/account").location == "/sign-in"
    assert sign_in(hookdesk_client, login=" Grace@Example.org ").location == "/signed-in"
    assert hookdesk_client.get("/signed-in").location == "/account"  # where one wanted to go


def test_a_link_works_once_for_a_day_and_the_newest_alone(
    hookdesk_client: Client, mailbox: list[Letter], run_jobs: Jobs, clock: Clock
) -> None:
    for minutes in (0, 6):
        clock.advance(minutes=minutes)
        hookdesk_client.submit("/sign-up", GRACE)
        run_jobs("outbox")
    assert follow(hookdesk_client, mailbox[0], PASSWORD).status_code == 410
    clock.advance(hours=25)
    assert follow(hookdesk_client, mailbox[1]).status_code == 410
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")
    assert follow(hookdesk_client, mailbox[2]).status_code == 302
    assert follow(hookdesk_client, mailbox[2]).status_code == 410


def test_a_weak_password_leaves_another_try(
    hookdesk_app: Flask, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    hookdesk_client.submit("/sign-up", GRACE)
    run_jobs("outbox")
    turned_down = follow(hookdesk_client, mailbox[0], "short")
    assert (turned_down.status_code, state(hookdesk_app)) == (422, "pending")
    again = {"password": PASSWORD, "again": PASSWORD}
    assert hookdesk_client.submit("/account/choose-password", again, follow=False).location == "/signed-in"


def test_the_page_says_the_same_whether_an_address_is_known_and_its_owner_is_told(
    joined: Joined, hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs, clock: Clock
) -> None:
    joined()
    clock.advance(hours=1)
    stranger = hookdesk_app.test_client()
    known = stranger.submit("/sign-up", GRACE).text
    unknown = stranger.submit("/sign-up", {**GRACE, "email": "nobody@example.org"}).text
    assert shown(known) == shown(unknown).replace("nobody@", "grace@")
    run_jobs("outbox")
    assert [letter.address for letter in mailbox[1:]] == ["grace@example.org", "nobody@example.org"]
    assert "you have one already" in mailbox[1].text
    assert "/account/link/" not in mailbox[1].text


def test_every_failure_to_sign_in_looks_the_same(
    joined: Joined, hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    joined()
    make_agent("ada")  # no account at the portal
    make_ticket(email="guest@example.org")
    joined(email="locked@example.org")
    joined(email="banned@example.org")
    with hookdesk_app.app_context():
        locked, banned = (user_id(hookdesk_app, f"{who}@example.org") for who in ("locked", "banned"))
        transact(lambda work: work.execute(update(Account).where(Account.user_id == locked).values(state="locked")))
        transact(lambda work: work.execute(update(User).where(User.id == banned).values(is_banned=True)))
    client = hookdesk_app.test_client()
    tries = [("grace@example.org", "wrong password"), ("nobody@example.org", PASSWORD), ("guest@example.org", PASSWORD)]
    tries += [("locked@example.org", PASSWORD), ("banned@example.org", PASSWORD), ("ada@helpdesk.example", PASSWORD)]
    answers = {
        (answer.status_code, answer.text.replace(login, "…"))
        for login, word in tries
        for answer in [sign_in(client, login, word)]
    }
    words = {text.split('role="alert"')[1].split("</div>")[0] for _status, text in answers}
    assert {status for status, _text in answers} == {401}
    assert len(words) == 1


def test_guessing_is_slowed_down(joined: Joined, hookdesk_app: Flask) -> None:
    joined()
    client = hookdesk_app.test_client()
    answers = [sign_in(client, password=f"guess {number}") for number in range(7)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_forgotten_password(
    joined: Joined, hookdesk_app: Flask, mailbox: list[Letter], run_jobs: Jobs, clock: Clock
) -> None:
    joined()
    clock.advance(hours=1)
    client = hookdesk_app.test_client()
    told = client.submit("/forgot-password", {"email": GRACE["email"]}).text
    unknown = client.submit("/forgot-password", {"email": "nobody@example.org"}).text
    assert shown(told) == shown(unknown).replace("nobody@", "grace@")
    run_jobs("outbox")
    assert len(mailbox) == 2
    follow(client, mailbox[1], "another long password")
    assert sign_in(hookdesk_app.test_client()).status_code == 401
    assert sign_in(hookdesk_app.test_client(), password="another long password").status_code == 302


def test_a_strangers_typing_fills_no_mailbox(hookdesk_client: Client, mailbox: list[Letter], run_jobs: Jobs) -> None:
    for _ in range(3):
        hookdesk_client.submit("/sign-up", GRACE)
        run_jobs("outbox")
    assert len(mailbox) == 1


@pytest.mark.parametrize("registration", ["invitation", "off"])
def test_nobody_signs_up_where_that_is_closed(
    hookdesk_app: Flask, hookdesk_client: Client, registration: str, mailbox: list[Letter], run_jobs: Jobs
) -> None:
    hookdesk_client.submit("/sign-up", GRACE)  # the form was open a moment ago
    configure(hookdesk_app, registration=registration)
    run_jobs("outbox")
    assert mailbox == []
    assert hookdesk_client.get("/sign-up").status_code == 404
    assert 'href="/sign-up"' not in hookdesk_client.get("/sign-in").text


def test_sign_in_before_a_ticket_only_where_the_admin_wants_it(joined: Joined, hookdesk_app: Flask) -> None:
    stranger = hookdesk_app.test_client()
    assert stranger.get("/open").status_code == 200
    configure(hookdesk_app, sign_in_to_open=True)
    assert stranger.get("/open").location == "/sign-in"
    assert stranger.submit("/check", {"subject": "Hello"}, to="/open", follow=False).location == "/sign-in"
    assert joined().get("/open").status_code == 200


def test_a_mailed_link_is_no_sign_in(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    from hookdesk_portal import links

    ticket = make_ticket()
    with hookdesk_app.app_context():
        hookdesk_client.get(f"/t/{links.make(ticket.id, ticket.user_id, GRACE['email'])}")
    assert hookdesk_client.get(f"/tickets/{ticket.number}").status_code == 200
    for page in ("/account", "/account/password", "/account/sessions"):
        assert hookdesk_client.get(page).location == "/sign-in"


def test_somebody_elses_link_leaves_one_signed_in_as_oneself(
    joined: Joined, hookdesk_app: Flask, make_ticket: Callable[..., Ticket]
) -> None:
    from hookdesk_portal import links

    theirs = make_ticket(email="other@example.org", subject="A secret of others")
    client = joined()
    with hookdesk_app.app_context():
        token = links.make(theirs.id, theirs.user_id, "other@example.org")
    answer = client.get(f"/t/{token}")
    assert answer.status_code == 403
    assert theirs.subject not in answer.text
    assert client.get(f"/tickets/{theirs.number}").status_code == 404
    assert client.get("/account").status_code == 200


def test_the_own_page_and_the_pages_of_the_password(joined: Joined, hookdesk_app: Flask) -> None:
    client = joined()
    saved = client.submit("/account", {"name": "Admiral Hopper", "locale": "de", "timezone": "Europe/Berlin"})
    assert "Admiral Hopper" in saved.text
    assert '<html lang="de"' in client.get("/account").text
    form = {"present": PASSWORD, "password": "another long password", "again": "another long password"}
    assert client.submit("/account/password", form, follow=False).location == "/account/password"
    assert client.get("/account/sessions").status_code == 200
    assert sign_in(hookdesk_app.test_client(), password="another long password").status_code == 302
