"""An authenticator app: set up with a code, asked for at sign-in, each code once."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, AuthHooks, OutboxEvent, agents, reading, site, system
from hookdesk.testing import Client, Clock
from hookdesk_totp import services
from hookdesk_totp.models import Secret
from tests.plugins.conftest import OPEN_SESAME

from .conftest import SETUP, Phone, scan

pytestmark = pytest.mark.plugins("totp")
CODE = "/agent/login/second/app"
First = Callable[..., str]


def enter(client: Client, code: str) -> str:
    """Type a code; where it leads, or what the page says."""
    answer = client.submit(CODE, {"code": code}, follow=False)
    return answer.headers.get("Location") or answer.text


def is_in(client: Client) -> bool:
    """Whether the desk is open."""
    return client.get("/agent/second-factors").status_code == 200


def test_a_code_is_the_second_step(phone: Phone, first_step: First, hookdesk_client: Client) -> None:
    assert first_step() == "/agent/login/second"
    assert not is_in(hookdesk_client)
    assert "is not right" in enter(hookdesk_client, "000000")
    assert not is_in(hookdesk_client)
    assert enter(hookdesk_client, f" {phone.code()[:3]} {phone.code()[3:]} ") == "/agent/signed-in"
    assert is_in(hookdesk_client)


def test_who_has_none_gets_in_with_the_password(
    make_guarded: Callable[..., Actor], first_step: First, hookdesk_client: Client
) -> None:
    make_guarded("ada")
    assert first_step() == "/agent/signed-in"
    assert is_in(hookdesk_client)


def test_the_page_is_for_those_who_gave_their_password(phone: Phone, hookdesk_client: Client) -> None:
    assert hookdesk_client.get(CODE).location == "/agent/login"
    token = hookdesk_client.get("/agent/login")
    assert token.status_code == 200
    assert hookdesk_client.submit("/agent/login", {"code": phone.code()}, to=CODE).request.path == "/agent/login"
    assert not is_in(hookdesk_client)


@pytest.mark.parametrize(("away", "right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_clocks_may_differ_by_half_a_minute(
    phone: Phone, first_step: First, hookdesk_client: Client, away: int, right: bool
) -> None:
    first_step()
    enter(hookdesk_client, phone.code(away))
    assert is_in(hookdesk_client) is right


def test_a_code_works_once(phone: Phone, first_step: First, hookdesk_app: Flask) -> None:
    """Nor does one that is older than the last one used."""
    codes = [phone.code(0), phone.code(0), phone.code(-1), phone.code(1)]
    entered = []
    for code in codes:
        client = hookdesk_app.test_client()
        assert isinstance(client, Client)
        first_step(client=client)
        enter(client, code)
        entered.append(is_in(client))
    assert entered == [True, False, False, True]


def test_the_code_that_set_it_up_is_used(
    make_guarded: Callable[..., Actor], first_step: First, hookdesk_client: Client, clock: Clock
) -> None:
    hookdesk_client.sign_in(make_guarded("ada"))
    phone = scan(hookdesk_client, clock)
    hookdesk_client.submit(SETUP, {"code": phone.code()})
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    first_step()
    assert "is not right" in enter(hookdesk_client, phone.code())


def test_one_of_many_at_the_same_moment_gets_in(phone: Phone, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        user_id = int(reading().scalar(select(Secret.user_id)))
    answers: list[bool] = []
    start = Barrier(4)

    def try_it() -> None:
        with hookdesk_app.app_context():
            start.wait()
            answers.append(services.fits(user_id, phone.code()))

    threads = [Thread(target=copy_context().run, args=(try_it,)) for _ in range(4)]  # the clock is the context's
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True]


def test_guessing_is_slowed_down_and_told(
    phone: Phone, first_step: First, hookdesk_client: Client, hookdesk_app: Flask, clock: Clock
) -> None:
    first_step()
    for number in range(5):
        enter(hookdesk_client, f"00000{number}")
    assert "tried too often" in enter(hookdesk_client, phone.code())
    assert not is_in(hookdesk_client)
    with hookdesk_app.app_context():
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "sign_in_failed")).all()
        assert [event.data["login"] for event in told] == ["ada"] * 5
    clock.advance(minutes=2)
    assert enter(hookdesk_client, phone.code()) == "/agent/signed-in"


def test_the_secret_is_kept_encrypted_and_never_shown_again(
    phone: Phone, first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        assert phone.secret not in str(reading().scalar(select(Secret.secret)))
    first_step()
    enter(hookdesk_client, phone.code())
    page = hookdesk_client.get(SETUP).text
    assert phone.secret not in page
    assert "totp-picture" not in page


def test_a_wrong_code_sets_nothing_up(
    make_guarded: Callable[..., Actor], hookdesk_client: Client, clock: Clock
) -> None:
    hookdesk_client.sign_in(make_guarded("ada"))
    before = scan(hookdesk_client, clock)
    page = hookdesk_client.submit(SETUP, {"code": "123456"})
    assert page.status_code == 422
    assert before.secret in page.text  # whoever scanned it need not do so again
    assert "Set up" in hookdesk_client.get("/agent/second-factors").text
    with hookdesk_client.session_transaction() as cookie:
        assert before.secret not in str(dict(cookie))


def test_it_goes_only_for_those_who_proved_of_late_who_they_are(
    phone: Phone, first_step: First, hookdesk_client: Client, hookdesk_app: Flask, clock: Clock
) -> None:
    first_step()
    enter(hookdesk_client, phone.code())
    clock.advance(minutes=16)
    stopped = hookdesk_client.submit("/agent/second-factors", to=f"{SETUP}/remove", follow=False)
    assert stopped.location == "/agent/confirm"
    hookdesk_client.submit("/agent/confirm", {"password": OPEN_SESAME}, follow=False)
    gone = hookdesk_client.submit(SETUP, to=f"{SETUP}/remove")
    assert "no second factor any more" in gone.text
    with hookdesk_app.app_context():
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed")).all()
        assert [(event.data["act"], event.data["kind"]) for event in told][-2:] == [
            ("set up", "second factors"),
            ("removed", "second factors"),
        ]
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    assert first_step() == "/agent/signed-in"


def test_an_administrator_resets_it(
    phone: Phone, first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    """Every session ends with it, and it is written down."""
    first_step()
    enter(hookdesk_client, phone.code())
    with hookdesk_app.app_context():
        user_id = int(reading().scalar(select(Secret.user_id)))
        assert agents.reset_factors(system("the command line"), user_id, "Ada") == ["authenticator app"]
        assert site().hooks.collect(AuthHooks.auth_factors, user_id=user_id, face="agent") == []
        told = reading().scalars(select(OutboxEvent).where(OutboxEvent.name == "configuration_changed")).all()
        assert told[-1].data["act"] == "reset"
    assert not is_in(hookdesk_client)
    assert first_step() == "/agent/signed-in"
