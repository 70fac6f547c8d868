"""A code by mail: six digits, ten minutes, three tries, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, AuthHooks, reading, site
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock
from hookdesk_email_code.models import Mailed

pytestmark = pytest.mark.plugins("email_code")
SETUP = "/agent/second-factors/mail"
CODE = "/agent/login/second/mail"
First = Callable[..., str]


@pytest.fixture
def mailbox(hookdesk_app: Flask) -> list[dict[str, Any]]:
    """What would have been mailed."""
    letters: list[dict[str, Any]] = []

    def mail_secret(**given: Any) -> bool:
        letters.append(given)
        return True

    with hookdesk_app.app_context():
        arguments = ("key", "address", "name", "subject", "text")
        site().hooks.install("mail_secret", [Implementation("a mailbox", mail_secret, arguments)])
    return letters


def code_in(letter: dict[str, Any]) -> str:
    """The six digits of a mail."""
    found = re.match(r"(\d{6})\n", letter["text"])
    assert found
    assert found[1] not in letter["subject"]
    return found[1]


@pytest.fixture
def ada(
    make_guarded: Callable[..., Actor], hookdesk_client: Client, mailbox: list[dict[str, Any]], clock: Clock
) -> Actor:
    """An agent who switched it on, and is signed out since."""
    actor = make_guarded("ada")
    hookdesk_client.sign_in(actor)
    hookdesk_client.submit(SETUP, to=f"{SETUP}/send")
    done = hookdesk_client.submit(SETUP, {"code": code_in(mailbox[0])})
    assert "From now on you are mailed a code" in done.text
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    mailbox.clear()
    return actor


def ask(client: Client) -> str:
    """Have a code mailed; what the page says."""
    return client.submit(CODE, to=f"{CODE}/send").text


def enter(client: Client, code: str) -> str:
    """Type a code; where it leads, or what the page says."""
    answer = client.submit(CODE, {"code": code}, follow=False)
    return answer.headers.get("Location") or answer.text


def test_a_mailed_code_is_the_second_step(
    ada: Actor, first_step: First, hookdesk_client: Client, mailbox: list[dict[str, Any]], hookdesk_app: Flask
) -> None:
    first_step()
    page = hookdesk_client.get(CODE).text
    assert 'name="code"' not in page  # nothing is mailed because somebody looked at a page
    assert mailbox == []
    assert "a…@helpdesk.example" in page
    ask(hookdesk_client)
    assert [letter["address"] for letter in mailbox] == ["ada@helpdesk.example"]
    with hookdesk_app.app_context():
        assert code_in(mailbox[0]) not in str(reading().scalar(select(Mailed.hash)))
    assert enter(hookdesk_client, code_in(mailbox[0])) == "/agent/signed-in"


def test_it_works_once(ada: Actor, first_step: First, hookdesk_client: Client, mailbox: list[dict[str, Any]]) -> None:
    first_step()
    ask(hookdesk_client)
    enter(hookdesk_client, code_in(mailbox[0]))
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    first_step()
    ask(hookdesk_client)
    assert "is not right" in enter(hookdesk_client, code_in(mailbox[0]))


def test_it_lives_for_ten_minutes(
    ada: Actor, first_step: First, hookdesk_client: Client, mailbox: list[dict[str, Any]], clock: Clock
) -> None:
    first_step()
    ask(hookdesk_client)
    clock.advance(minutes=9)
    first_step()  # a sign-in waits no longer either
    clock.advance(minutes=1)
    enter(hookdesk_client, code_in(mailbox[0]))
    assert hookdesk_client.get("/agent/second-factors").status_code == 302


def test_three_tries_and_it_is_void(
    ada: Actor, first_step: First, hookdesk_client: Client, mailbox: list[dict[str, Any]]
) -> None:
    first_step()
    ask(hookdesk_client)
    right = code_in(mailbox[0])
    for _ in range(3):
        token = hookdesk_client.submit(CODE, {"code": str((int(right) + 1) % 10**6).zfill(6)})
        assert token.status_code == 401
    assert "Mail me a code" in token.text  # the form has gone with the code
    hookdesk_client.submit(CODE, {"code": right})
    assert hookdesk_client.get("/agent/second-factors").status_code == 302


def test_a_mailbox_cannot_be_flooded(
    ada: Actor, first_step: First, hookdesk_client: Client, mailbox: list[dict[str, Any]]
) -> None:
    first_step()
    pages = [ask(hookdesk_client) for _ in range(5)]
    assert len(mailbox) == 3
    assert "tried too often" in pages[-1]


def test_a_code_that_is_to_switch_it_on_opens_no_door(
    make_guarded: Callable[..., Actor], hookdesk_client: Client, mailbox: list[dict[str, Any]], hookdesk_app: Flask
) -> None:
    actor = make_guarded("bob", "Bob")
    hookdesk_client.sign_in(actor)
    hookdesk_client.submit(SETUP, to=f"{SETUP}/send")
    with hookdesk_app.app_context():
        assert site().hooks.collect(AuthHooks.auth_factors, user_id=actor.user_id or 0, face="agent") == []


def test_where_no_mail_is_sent_the_pages_say_so(make_guarded: Callable[..., Actor], hookdesk_client: Client) -> None:
    hookdesk_client.sign_in(make_guarded("ada"))
    assert "sends no mail" in hookdesk_client.get(SETUP).text
    assert SETUP not in hookdesk_client.get("/agent/second-factors").text


def test_it_is_switched_off_by_its_owner_and_by_a_reset(
    ada: Actor, hookdesk_client: Client, hookdesk_app: Flask, first_step: First
) -> None:
    hookdesk_client.sign_in(ada)
    hookdesk_client.submit(SETUP, to=f"{SETUP}/remove")
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    assert first_step() == "/agent/signed-in"
    with hookdesk_app.app_context():
        assert site().hooks.collect(AuthHooks.auth_reset_factors, user_id=ada.user_id or 0) == []
