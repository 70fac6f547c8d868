"""What passwords must be beyond their length, and when a new one has to be chosen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from hookdesk.api import Actor, Agent, AuthHooks, Refusal, reading, site, system, transact
from hookdesk.api import clock as moments
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client, Clock
from hookdesk_auth_password.models import Password
from hookdesk_password_policy.common import is_common
from hookdesk_password_policy.models import Past
from hookdesk_password_policy.settings import Settings
from tests.plugins.conftest import OPEN_SESAME

pytestmark = pytest.mark.plugins("password_policy")
PAGE = "/agent/password"
First = Callable[..., str]


@pytest.fixture
def ada(make_guarded: Callable[..., Actor], run_jobs: Callable[..., int], clock: Clock) -> Actor:
    """An agent with a password."""
    actor = make_guarded("ada")
    run_jobs("outbox")
    return actor


@pytest.fixture
def choose(ada: Actor, hookdesk_app: Flask, run_jobs: Callable[..., int]) -> Callable[[str], str]:
    """`choose("a new password")`: "" or why it is refused."""

    def set_it(password: str) -> str:
        with hookdesk_app.app_context():
            try:
                site().hooks.first(AuthHooks.auth_set_password, user_id=ada.user_id or 0, password=password)
            except Refusal as refusal:
                return str(refusal)
        run_jobs("outbox")
        return ""

    return set_it


def ask(app: Flask, **changes: object) -> None:
    """Change the settings."""
    with app.app_context():
        site().settings.save("password_policy", Settings, changes, system())


@pytest.mark.parametrize(
    ("password", "common"),
    [
        ("password123456", True),
        ("Passwort!Passwort!", True),
        ("QWERTZuiop2026!", True),
        ("Welcome2Helpdesk!", True),
        ("123456789012", True),
        ("a1b2a1b2a1b2", True),
        ("wheels within wheels", False),
        ("password of the old lighthouse", False),
        ("Donaudampfschiff 7", False),
        ("密码是很长的一句话吗也许", False),
    ],
)
def test_what_everybody_takes_is_refused(password: str, common: bool) -> None:
    assert is_common(password) is common


def test_the_chooser_is_told(choose: Callable[[str], str]) -> None:
    assert "among the first" in choose("password123456")


def test_words_of_the_admin_are_refused(choose: Callable[[str], str], hookdesk_app: Flask) -> None:
    ask(hookdesk_app, words=("Brass Bell",))
    assert "“Brass Bell”" in choose("the brass bell of the pier")
    assert choose("the copper bell of the pier") == ""


def test_the_last_ones_cannot_be_taken_again(choose: Callable[[str], str], hookdesk_app: Flask) -> None:
    ask(hookdesk_app, history=3)
    assert "had this password already" in choose(OPEN_SESAME)
    first, second, third = "a walk along the river", "two herons on a roof", "three kettles of soup"
    assert choose(first) == ""
    assert choose(second) == ""
    assert "had this password already" in choose(OPEN_SESAME)
    assert choose(third) == ""
    assert choose(OPEN_SESAME) == ""  # three others lie between
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Past)) == 3


def test_without_a_history_nothing_is_kept(choose: Callable[[str], str], hookdesk_app: Flask) -> None:
    ask(hookdesk_app, history=0)
    assert choose("a walk along the river") == ""
    assert choose("a walk along the river") == ""
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Past)) == 0


def test_passwords_of_before_the_plugin_count_too(
    choose: Callable[[str], str], ada: Actor, hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(Past.__table__.delete()))
        plugin = site().plugins.get("password_policy")
        assert plugin is not None
        plugin.on_enable()
        plugin.on_enable()
        assert reading().scalar(select(func.count()).select_from(Past)) == 1
    assert choose("a walk along the river") == ""
    assert "had this password already" in choose(OPEN_SESAME)


def test_an_old_one_is_renewed_after_signing_in(
    ada: Actor, first_step: First, hookdesk_client: Client, hookdesk_app: Flask, clock: Clock
) -> None:
    ask(hookdesk_app, expiry_days=90)
    first_step()
    assert hookdesk_client.get("/agent/sessions").status_code == 200
    hookdesk_client.submit(PAGE, to="/agent/logout", follow=False)
    clock.advance(days=91)
    first_step()
    led = hookdesk_client.get("/agent/signed-in", follow_redirects=True)
    assert led.request.path == PAGE
    assert "older than 90 days" in led.text
    given = {"present": OPEN_SESAME, "password": "a walk along the river", "again": "a walk along the river"}
    assert "Your password is changed" in hookdesk_client.submit(PAGE, given).text
    assert hookdesk_client.get("/agent/signed-in").location != PAGE


def test_a_plugin_that_fails_lets_no_password_pass(choose: Callable[[str], str], hookdesk_app: Flask) -> None:
    def broken(**_given: object) -> list[str]:
        raise RuntimeError("boom")

    with hookdesk_app.app_context():
        site().hooks.install("auth_password_problems", [Implementation("a policy", broken, ("user_id", "password"))])
    assert "No password can be checked" in choose("a walk along the river")


def test_an_administrator_may_ask_for_a_new_one(
    ada: Actor, first_step: First, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    """Nothing else comes before it, the present one is no new one, and then the demand is gone."""
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(must_change_password=True)))
    first_step()
    led = hookdesk_client.get("/agent/signed-in", follow_redirects=True)
    assert led.request.path == PAGE
    assert "an administrator asks for it" in led.text
    same = hookdesk_client.submit(PAGE, {"present": OPEN_SESAME, "password": OPEN_SESAME, "again": OPEN_SESAME})
    assert "your present password" in same.text
    new = "a walk along the river"
    hookdesk_client.submit(PAGE, {"present": OPEN_SESAME, "password": new, "again": new})
    with hookdesk_app.app_context():
        assert reading().scalar(select(Agent.must_change_password)) is False
    with hookdesk_client.session_transaction() as cookie:
        assert cookie["duties"]["agent"] == []


def led(client: Client) -> bool:
    """Whether somebody who is signed in has to choose a new password first."""
    return client.get("/agent/signed-in").location == PAGE


def test_whoever_is_signed_in_is_asked_within_minutes(
    ada: Actor, first_step: First, hookdesk_client: Client, hookdesk_app: Flask, clock: Clock
) -> None:
    """By an administrator, or because the password is too old by now; and whoever has chosen goes on at once."""
    first_step()
    assert not led(hookdesk_client)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(must_change_password=True)))
    clock.advance(minutes=6)
    assert led(hookdesk_client)
    new = "a walk along the river"
    hookdesk_client.submit(PAGE, {"present": OPEN_SESAME, "password": new, "again": new})
    assert not led(hookdesk_client)
    ask(hookdesk_app, expiry_days=1)
    assert not led(hookdesk_client)
    with hookdesk_app.app_context():
        old = update(Password).values(changed_at=moments.now() - timedelta(days=2))
        transact(lambda session: session.execute(old))
    clock.advance(minutes=6)
    assert led(hookdesk_client)


def test_a_password_that_an_administrator_sets_ends_no_demand(
    choose: Callable[[str], str], hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(must_change_password=True)))
    assert choose("a walk along the river") == ""
    with hookdesk_app.app_context():
        assert reading().scalar(select(Agent.must_change_password)) is True
