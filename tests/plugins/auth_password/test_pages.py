"""Reset by mail, change, sessions, and the command for who is locked out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, select, update

from hookdesk.api import Actor, Agent, SignIn, SignInSession, reading, sessions, site, transact
from hookdesk.api import clock as moments
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock
from hookdesk_auth_password.models import Attempt

from .conftest import PASSWORD, Letter

pytestmark = pytest.mark.plugins("auth_password")
NEW = "a fresh long password"


def ask(client: Client, login: str) -> str:
    page = client.submit("/agent/reset", {"login": login})
    assert page.status_code == 200
    return page.text


def link_in(letter: Letter) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/agent/reset/\S+)", letter.text)
    assert found, letter.text
    return found[1]


def live_sessions(app: Flask) -> list[int]:
    with app.app_context():
        return list(
            reading().scalars(
                select(SignInSession.id).where(SignInSession.revoked_at.is_(None)).order_by(SignInSession.id)
            )
        )


@pytest.fixture
def letter(ada: Actor, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int]) -> Letter:
    """The mail that ada gets when she asks for a link."""
    ask(hookdesk_client, "ada@helpdesk.example")
    run_jobs("outbox")
    assert len(mailbox) == 1
    return mailbox[0]


def test_a_mailed_link_sets_a_new_password_once(
    ada: Actor, letter: Letter, hookdesk_client: Client, attempt: Callable[..., SignIn]
) -> None:
    assert letter.address == "ada@helpdesk.example"
    assert "Hookdesk" in letter.subject
    done = hookdesk_client.submit(link_in(letter), {"password": NEW, "again": NEW}, to="/agent/reset/password")
    assert "Your password is changed" in done.text
    assert attempt(password=PASSWORD).user_id is None
    assert attempt(password=NEW).user_id == ada.user_id
    again = hookdesk_client.get(link_in(letter), follow_redirects=True)
    assert again.status_code == 410
    assert "does not work any more" in again.text


def test_the_token_leaves_the_address_at_once(letter: Letter, hookdesk_client: Client) -> None:
    first = hookdesk_client.get(link_in(letter))
    assert first.status_code == 302
    assert first.location == "/agent/reset/password"
    token = link_in(letter).rsplit("/", 1)[1]
    page = hookdesk_client.get(first.location)
    assert token not in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_a_reset_ends_every_session(ada: Actor, letter: Letter, hookdesk_app: Flask, hookdesk_client: Client) -> None:
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.sign_in(ada)
    assert other.get("/agent/password").status_code == 200
    hookdesk_client.submit(link_in(letter), {"password": NEW, "again": NEW}, to="/agent/reset/password")
    assert other.get("/agent/password").status_code == 302


def test_the_link_is_good_for_an_hour(letter: Letter, hookdesk_client: Client, hookdesk_app: Flask, ada: Actor) -> None:
    with moments.at(moments.now() + timedelta(minutes=59)):
        assert hookdesk_client.get(link_in(letter), follow_redirects=True).status_code == 200
    with moments.at(moments.now() + timedelta(minutes=61)):
        assert hookdesk_client.get(link_in(letter), follow_redirects=True).status_code == 410


def test_a_refused_password_leaves_the_link_good(
    letter: Letter, hookdesk_client: Client, attempt: Callable[..., SignIn]
) -> None:
    short = hookdesk_client.submit(link_in(letter), {"password": "short", "again": "short"}, to="/agent/reset/password")
    assert short.status_code == 422
    assert "at least 12 characters" in short.text
    differing = hookdesk_client.submit(link_in(letter), {"password": NEW, "again": "x"}, to="/agent/reset/password")
    assert "The two are not the same." in differing.text
    hookdesk_client.submit(link_in(letter), {"password": NEW, "again": NEW}, to="/agent/reset/password")
    assert attempt(password=NEW).user_id is not None


def test_a_new_link_makes_the_one_before_useless(
    letter: Letter, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int]
) -> None:
    ask(hookdesk_client, "ada")
    run_jobs("outbox")
    assert hookdesk_client.get(link_in(letter), follow_redirects=True).status_code == 410
    assert hookdesk_client.get(link_in(mailbox[1]), follow_redirects=True).status_code == 200


def test_the_page_does_not_tell_who_exists(
    ada: Actor, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int], hookdesk_app: Flask
) -> None:
    pages = {
        re.sub(r'(nonce|value|content)="[^"]*"', "", ask(hookdesk_client, login))
        for login in ("ada", "nobody", "x" * 400)
    }
    assert len(pages) == 1
    run_jobs("outbox")
    assert [one.address for one in mailbox] == ["ada@helpdesk.example"]


def test_an_inactive_agent_gets_no_link(
    ada: Actor, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int], hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(is_active=False)))
    ask(hookdesk_client, "ada")
    run_jobs("outbox")
    assert mailbox == []


def test_a_mailbox_cannot_be_flooded(
    ada: Actor, hookdesk_client: Client, mailbox: list[Letter], run_jobs: Callable[..., int]
) -> None:
    for _ in range(6):
        ask(hookdesk_client, "ada")
    run_jobs("outbox")
    assert len(mailbox) == 3


def test_asking_too_often_from_one_address_is_stopped(
    ada: Actor, hookdesk_client: Client, mailbox: list[Letter]
) -> None:
    codes = [hookdesk_client.submit("/agent/reset", {"login": f"login{number}"}).status_code for number in range(12)]
    assert codes[0] == 200
    assert codes[-1] == 429


def test_an_empty_request_says_what_is_missing(hookdesk_client: Client, mailbox: list[Letter]) -> None:
    page = hookdesk_client.submit("/agent/reset", {"login": "  "})
    assert page.status_code == 422
    assert "Write your login" in page.text


def test_where_no_plugin_sends_mail_the_page_says_so(ada: Actor, hookdesk_client: Client) -> None:
    page = hookdesk_client.get("/agent/reset")
    assert "sends no mail" in page.text
    assert 'name="login"' not in page.text


def test_a_mail_that_nobody_takes_is_tried_again(
    ada: Actor,
    hookdesk_client: Client,
    mailbox: list[Letter],
    hookdesk_app: Flask,
    run_jobs: Callable[..., int],
    clock: Clock,
) -> None:
    working = site_implementations(hookdesk_app)

    def broken(**_given: object) -> bool:
        raise RuntimeError("no mail today")

    with hookdesk_app.app_context():
        site().hooks.install("mail_secret", [Implementation("mailer", broken, working[0].arguments)])
    ask(hookdesk_client, "ada")
    run_jobs("outbox")
    with hookdesk_app.app_context():
        site().hooks.install("mail_secret", working)
    clock.advance(hours=1)
    run_jobs()
    assert len(mailbox) == 1
    assert hookdesk_client.get(link_in(mailbox[0]), follow_redirects=True).status_code == 200


def site_implementations(app: Flask) -> tuple[Implementation, ...]:
    with app.app_context():
        return site().hooks.implementations("mail_secret")


@pytest.mark.parametrize("token", ["x", "x" * 5000, "%00", "..%2f..", "🙂"])
def test_made_up_links_lead_to_the_same_page(hookdesk_client: Client, token: str) -> None:
    assert hookdesk_client.get(f"/agent/reset/{token}", follow_redirects=True).status_code in (400, 404, 410)


def test_a_post_without_token_of_the_form_is_turned_away(ada: Actor, hookdesk_client: Client) -> None:
    assert hookdesk_client.post("/agent/reset", data={"login": "ada"}).status_code == 400


def test_changing_asks_for_the_present_password_and_ends_other_sessions(
    ada: Actor, hookdesk_client: Client, hookdesk_app: Flask, attempt: Callable[..., SignIn]
) -> None:
    hookdesk_client.sign_in(ada)
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.sign_in(ada)
    wrong = hookdesk_client.submit("/agent/password", {"present": "not it", "password": NEW, "again": NEW})
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    done = hookdesk_client.submit("/agent/password", {"present": PASSWORD, "password": NEW, "again": NEW})
    assert "Your password is changed" in done.text
    assert attempt(password=NEW).user_id == ada.user_id
    assert hookdesk_client.get("/agent/password").status_code == 200
    assert other.get("/agent/password").status_code == 302


def test_the_present_password_cannot_be_guessed_at_an_open_desk(ada: Actor, hookdesk_client: Client) -> None:
    hookdesk_client.sign_in(ada)
    for number in range(5):
        hookdesk_client.submit("/agent/password", {"present": f"guess {number}", "password": NEW, "again": NEW})
    page = hookdesk_client.submit("/agent/password", {"present": PASSWORD, "password": NEW, "again": NEW})
    assert "tried too often" in page.text


def test_own_sessions_can_be_seen_and_ended(ada: Actor, hookdesk_client: Client, hookdesk_app: Flask) -> None:
    hookdesk_client.sign_in(ada)
    for _ in range(2):
        other = hookdesk_app.test_client()
        assert isinstance(other, Client)
        other.sign_in(ada)
    mine, second, third = live_sessions(hookdesk_app)
    page = hookdesk_client.get("/agent/sessions").text
    assert page.count("127.0.0.1") == 3
    assert page.count("This one") == 1
    hookdesk_client.submit("/agent/sessions", to=f"/agent/sessions/{second}/end")
    assert live_sessions(hookdesk_app) == [mine, third]
    hookdesk_client.submit("/agent/sessions", to="/agent/sessions/end-others")
    assert live_sessions(hookdesk_app) == [mine]


def test_nobody_ends_somebody_elses_session(
    ada: Actor, make_agent: Callable[..., Actor], hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    bob = make_agent("bob")
    hookdesk_client.sign_in(bob)
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.sign_in(ada)
    his, hers = live_sessions(hookdesk_app)
    assert hookdesk_client.submit("/agent/sessions", to=f"/agent/sessions/{hers}/end").status_code == 404
    assert hookdesk_client.submit("/agent/sessions", to="/agent/sessions/999999/end").status_code == 404
    assert live_sessions(hookdesk_app) == [his, hers]


def test_a_browser_name_is_escaped(ada: Actor, hookdesk_client: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        sessions.open_session(ada.user_id or 0, "agent", "<b>", "<script>alert(1)</script>")
    hookdesk_client.sign_in(ada)
    page = hookdesk_client.get("/agent/sessions").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("path", ["/agent/password", "/agent/sessions"])
def test_strangers_are_sent_to_the_door(hookdesk_client: Client, path: str) -> None:
    answer = hookdesk_client.get(path)
    assert (answer.status_code, answer.location) == (302, "/agent/login")


def test_the_command_sets_a_password(
    ada: Actor, hookdesk_app: Flask, attempt: Callable[..., SignIn], tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text(f"{NEW}\nanother line\n")
    with hookdesk_app.app_context():
        plugin = site().plugins.get("auth_password")
        (command,) = plugin.cli_commands()  # type: ignore[union-attr]  # it is switched on
        transact(lambda session: session.execute(delete(Attempt)))
        unknown = CliRunner().invoke(command, ["nobody", "--password-file", str(file)])
        assert (unknown.exit_code, unknown.output) == (1, "Error: There is no agent with the login nobody.\n")
        weak = CliRunner().invoke(command, ["ada", "--password-file", "-"], input="short\n")
        assert weak.exit_code == 1
        assert "at least 12 characters" in weak.output
        assert CliRunner().invoke(command, ["Ada", "--password-file", str(file)]).exit_code == 0
    assert attempt(password=NEW).user_id == ada.user_id
