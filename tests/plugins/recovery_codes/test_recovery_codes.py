"""Recovery codes: ten, shown once, each good once, and only beside another factor."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, AuthHooks, reading, site, transact
from hookdesk.testing import Client, Clock
from hookdesk_recovery_codes import services
from hookdesk_recovery_codes.models import Code
from hookdesk_totp.models import Secret

pytestmark = [pytest.mark.plugins("recovery_codes", "totp"), pytest.mark.requires("totp")]
PAGE = "/agent/second-factors/recovery-codes"
ENTER = "/agent/login/second/recovery-code"
First = Callable[..., str]


@pytest.fixture
def ada(hookdesk_app: Flask, make_guarded: Callable[..., Actor], clock: Clock) -> Actor:
    """An agent with an authenticator app."""
    actor = make_guarded("ada")
    give_app(hookdesk_app, actor)
    return actor


def give_app(app: Flask, actor: Actor) -> None:
    """As if they had set one up."""
    with app.app_context():
        secret = Secret(user_id=actor.user_id, secret="x", last_step=0, created_at=services.clock.now())
        transact(lambda session: session.add(secret))


def made(client: Client) -> list[str]:
    """New codes, off the page."""
    page = client.submit(PAGE)
    assert page.headers["Cache-Control"] == "no-store"
    return re.findall(r'<li class="mono">([0-9a-z-]{14})</li>', page.text)


@pytest.fixture
def codes(ada: Actor, hookdesk_client: Client) -> list[str]:
    """Ada's; she is signed out since."""
    hookdesk_client.sign_in(ada)
    found = made(hookdesk_client)
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    return found


def enter(client: Client, code: str) -> str:
    """Type a code; where it leads, or what the page says."""
    answer = client.submit(ENTER, {"code": code}, follow=False)
    return answer.headers.get("Location") or answer.text


def test_ten_codes_are_shown_once_and_kept_as_hashes(
    codes: list[str], ada: Actor, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    assert len(set(codes)) == 10
    hookdesk_client.sign_in(ada)
    page = hookdesk_client.get(PAGE).text
    assert "10 of your codes are unused" in page
    assert not any(code in page for code in codes)
    with hookdesk_app.app_context():
        stored = " ".join(reading().scalars(select(Code.hash)))
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)


def test_each_lets_in_once(codes: list[str], first_step: First, hookdesk_app: Flask) -> None:
    """Typed in capitals, with spaces, with an O for a nought."""
    entered = []
    for typed in (codes[0].upper().replace("-", " ").replace("0", "O"), codes[0], codes[1]):
        client = hookdesk_app.test_client()
        assert isinstance(client, Client)
        first_step(client=client)
        entered.append(enter(client, typed) == "/agent/signed-in")
    assert entered == [True, False, True]


def test_the_last_ones_are_told(codes: list[str], first_step: First, hookdesk_client: Client) -> None:
    for code in codes[:7]:
        first_step()
        assert enter(hookdesk_client, code) == "/agent/signed-in"
        hookdesk_client.submit("/agent/second-factors", to="/agent/logout", follow=False)
    first_step()
    enter(hookdesk_client, codes[7])
    page = hookdesk_client.get("/agent/second-factors").text
    assert "You have 2 recovery codes left" in page
    assert "2 left" in page


def test_new_ones_end_the_old_ones(codes: list[str], ada: Actor, first_step: First, hookdesk_client: Client) -> None:
    hookdesk_client.sign_in(ada)
    new = made(hookdesk_client)
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    first_step()
    assert "is not right" in enter(hookdesk_client, codes[0])
    assert enter(hookdesk_client, new[0]) == "/agent/signed-in"


def test_somebody_elses_code_is_none(
    codes: list[str],
    make_guarded: Callable[..., Actor],
    first_step: First,
    hookdesk_client: Client,
    hookdesk_app: Flask,
) -> None:
    give_app(hookdesk_app, make_guarded("bob", "Bob"))
    first_step("bob")
    assert "is not right" in enter(hookdesk_client, codes[0])


def test_they_are_no_factor_by_themselves(
    codes: list[str], ada: Actor, first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    """Without another factor the password is enough, and none can be made."""
    with hookdesk_app.app_context():
        transact(lambda session: session.delete(session.get(Secret, ada.user_id)))
        assert site().hooks.collect(AuthHooks.auth_factors, user_id=ada.user_id or 0, face="agent") == []
    assert first_step() == "/agent/signed-in"
    page = hookdesk_client.get(PAGE).text
    assert "Set one up first" in page
    hookdesk_client.submit(PAGE)
    with hookdesk_app.app_context():
        assert services.left([ada.user_id or 0]) == {ada.user_id: 10}


def test_a_reset_forgets_them(codes: list[str], ada: Actor, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        gone = site().hooks.collect(AuthHooks.auth_reset_factors, user_id=ada.user_id or 0)
        assert "recovery codes" in gone
        assert services.left([ada.user_id or 0]) == {}
