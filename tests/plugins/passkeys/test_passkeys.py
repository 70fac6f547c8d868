"""Passkeys: added by their owner, asked for after the password or instead of it, refused when anything about them is odd."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from hookdesk.api import Actor, Agent, AuthHooks, CoreSettings, OutboxEvent, SystemLog, reading, site, system, transact
from hookdesk.testing import Client, Clock
from hookdesk_passkeys.models import Passkey

from .authenticator import CAN_SYNC, ORIGIN, PRESENT, SYNCED, VERIFIED, Authenticator

pytestmark = pytest.mark.plugins("passkeys")
OWN = "/agent/second-factors/passkeys"
SECOND = "/agent/login/second/passkey"
FIRST = "/agent/login/passkey"
First = Callable[..., str]


@pytest.fixture(autouse=True)
def named(hookdesk_app: Flask, clock: Clock) -> None:
    """The site has an address that passkeys can be bound to."""
    with hookdesk_app.app_context():
        site().config = replace(site().config, base_url=ORIGIN)


def options(client: Client, page: str, to: str) -> dict[str, Any]:
    """What the page's script is told to have signed."""
    answer = client.submit(page, to=f"{to}/options")
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.get_json()
    return found


def add(client: Client, authenticator: Authenticator, name: str = "Blue key") -> str:
    """Add a passkey; what the page says."""
    credential = authenticator.create(options(client, OWN, OWN))
    return client.submit(OWN, {"credential": credential, "name": name}).text


@pytest.fixture
def key() -> Authenticator:
    """A key that Ada holds."""
    return Authenticator()


@pytest.fixture
def ada(make_guarded: Callable[..., Actor], hookdesk_client: Client, key: Authenticator) -> Actor:
    """An agent with a passkey, signed out since."""
    actor = make_guarded("ada")
    hookdesk_client.sign_in(actor)
    assert "The passkey is added" in add(hookdesk_client, key)
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    return actor


def is_in(client: Client) -> bool:
    """Whether the desk is open."""
    return client.get("/agent/second-factors").status_code == 200


def sign_in_with(client: Client, authenticator: Authenticator, **given: Any) -> str:
    """Use a passkey instead of a password; where that leads."""
    credential = authenticator.get(options(client, "/agent/login", FIRST), **given)
    return client.submit("/agent/login", {"credential": credential}, to=FIRST, follow=False).location


def test_it_is_a_second_factor(ada: Actor, key: Authenticator, first_step: First, hookdesk_client: Client) -> None:
    assert first_step() == "/agent/login/second"
    given = options(hookdesk_client, SECOND, SECOND)
    assert len(given["allowCredentials"]) == 1
    done = hookdesk_client.submit(SECOND, {"credential": key.get(given)}, follow=False)
    assert done.location == "/agent/signed-in"
    assert is_in(hookdesk_client)


def test_it_is_both_factors_at_once(ada: Actor, key: Authenticator, hookdesk_client: Client) -> None:
    given = options(hookdesk_client, "/agent/login", FIRST)
    assert not given.get("allowCredentials")  # so that nobody learns who has which
    assert given["userVerification"] == "required"
    assert sign_in_with(hookdesk_client, key) == "/agent/signed-in"
    page = hookdesk_client.get(OWN).text
    assert "Blue key" in page
    assert "never" not in page  # it was used


@pytest.mark.parametrize(
    "odd",
    [
        {"flags": PRESENT},  # nobody proved that they hold it
        {"origin": "http://localhost.evil.example:8000"},
        {"id": b"unknown"},
        {"count": -1},  # goes on from where it was already
        {"flags": PRESENT | VERIFIED | CAN_SYNC},
        {"handle": b"somebody else"},
        {"key": Authenticator().key},
    ],
    ids=["unverified", "other site", "unknown", "copied", "other kind", "other owner", "other key"],
)
def test_what_is_odd_is_refused_in_the_same_words(
    ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask, odd: dict[str, Any]
) -> None:
    key.count = 5
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Passkey).values(sign_count=5)))
    for name, value in odd.items():
        setattr(key, name, value)
    if key.count == -1:
        key.count = 4
    assert sign_in_with(hookdesk_client, key) == "/agent/login"
    assert "Signing in with this passkey did not work." in hookdesk_client.get("/agent/login").text
    assert not is_in(hookdesk_client)
    with hookdesk_app.app_context():
        assert reading().scalar(select(OutboxEvent.id).where(OutboxEvent.name == "sign_in_failed"))


def test_a_copy_is_written_down(ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Passkey).values(sign_count=9)))
    sign_in_with(hookdesk_client, key)
    with hookdesk_app.app_context():
        assert "may be a copy" in " ".join(reading().scalars(select(SystemLog.message)))


def test_an_answer_works_once(ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask) -> None:
    """Also for who copied the browser's cookie before it was sent."""
    key.count = None  # as synced passkeys: no counter gives the copy away
    given = options(hookdesk_client, "/agent/login", FIRST)
    with hookdesk_client.session_transaction() as cookie:
        copied = dict(cookie)
    credential = key.get(given)
    sent = hookdesk_client.submit("/agent/login", {"credential": credential}, to=FIRST, follow=False)
    assert sent.location == "/agent/signed-in"
    thief = hookdesk_app.test_client()
    assert isinstance(thief, Client)
    with thief.session_transaction() as cookie:
        cookie.update(copied)
    assert thief.submit("/agent/login", {"credential": credential}, to=FIRST, follow=False).location == "/agent/login"


def test_a_challenge_is_for_one_purpose_and_five_minutes(
    ada: Actor, key: Authenticator, first_step: First, hookdesk_client: Client, clock: Clock
) -> None:
    first_step()
    credential = key.get(options(hookdesk_client, SECOND, SECOND))
    assert hookdesk_client.submit("/agent/login", {"credential": credential}, to=FIRST, follow=False).location == (
        "/agent/login"
    )
    credential = key.get(options(hookdesk_client, "/agent/login", FIRST))
    clock.advance(minutes=6)
    hookdesk_client.submit("/agent/login", {"credential": credential}, to=FIRST)
    assert not is_in(hookdesk_client)


def test_somebody_elses_passkey_is_no_second_factor(
    ada: Actor, make_guarded: Callable[..., Actor], first_step: First, hookdesk_client: Client
) -> None:
    hookdesk_client.sign_in(make_guarded("bob", "Bob"))
    other = Authenticator()
    add(hookdesk_client, other)
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    first_step()
    answer = hookdesk_client.submit(SECOND, {"credential": other.get(options(hookdesk_client, SECOND, SECOND))})
    assert answer.status_code == 401
    assert not is_in(hookdesk_client)


def test_from_a_network_that_is_not_allowed_it_says_what_a_password_says(
    ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        site().settings.save("core", CoreSettings, {"agent_networks": ("192.0.2.0/24",)}, system())
    assert sign_in_with(hookdesk_client, key) == "/agent/login"
    told = "Agents cannot sign in from here"
    assert told in hookdesk_client.get("/agent/login").text
    assert told in hookdesk_client.submit("/agent/login", {"login": "ada", "password": "x"}).text
    assert not is_in(hookdesk_client)


def test_a_locked_agent_stays_outside(
    ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Agent).values(is_active=False)))
    assert sign_in_with(hookdesk_client, key) == "/agent/login"


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", '{"id": 5}', '{"id": "x", "response": 7}', "x" * 30_000])
def test_junk_is_refused(ada: Actor, hookdesk_client: Client, junk: str) -> None:
    for page, to in (("/agent/login", FIRST),):
        options(hookdesk_client, page, to)
        assert hookdesk_client.submit(page, {"credential": junk}, to=to, follow=False).location == "/agent/login"


def test_synced_passkeys_are_marked(
    make_guarded: Callable[..., Actor], hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    hookdesk_client.sign_in(make_guarded("ada"))
    phone = Authenticator(flags=PRESENT | VERIFIED | CAN_SYNC, count=None)
    add(hookdesk_client, phone, "<b>Phone</b>")
    page = hookdesk_client.get(OWN).text
    assert "&lt;b&gt;Phone" in page
    assert "Synced" not in page
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    phone.flags |= SYNCED
    sign_in_with(hookdesk_client, phone)
    assert "Synced" in hookdesk_client.get(OWN).text


def test_the_same_one_is_not_added_twice(
    ada: Actor, key: Authenticator, hookdesk_client: Client, make_agent: Callable[..., Actor]
) -> None:
    hookdesk_client.sign_in(make_agent("bob", "Bob"))
    assert "could not be added" in add(hookdesk_client, key)


def test_its_owner_removes_it_and_nobody_else(
    ada: Actor, key: Authenticator, hookdesk_client: Client, hookdesk_app: Flask, make_agent: Callable[..., Actor]
) -> None:
    with hookdesk_app.app_context():
        passkey = reading().scalar(select(Passkey.id))
    hookdesk_client.sign_in(make_agent("bob", "Bob"))
    assert hookdesk_client.submit(OWN, to=f"{OWN}/{passkey}/remove").status_code == 404
    hookdesk_client.sign_in(ada)
    gone = hookdesk_client.submit(OWN, to=f"{OWN}/{passkey}/remove")
    assert "Blue key is removed" in gone.text
    hookdesk_client.submit("/agent/second-factors", to="/agent/logout")
    assert sign_in_with(hookdesk_client, key) == "/agent/login"


def test_it_confirms_who_one_is(ada: Actor, key: Authenticator, hookdesk_client: Client, clock: Clock) -> None:
    hookdesk_client.sign_in(ada)
    clock.advance(minutes=16)
    assert hookdesk_client.get(OWN).location == "/agent/confirm"
    to = "/agent/confirm/passkey"
    assert to in hookdesk_client.get("/agent/confirm").text
    credential = key.get(options(hookdesk_client, "/agent/confirm", to))
    hookdesk_client.submit("/agent/confirm", {"credential": credential}, to=to, follow=False)
    assert hookdesk_client.get(OWN).status_code == 200


def test_a_site_without_a_name_offers_none(
    make_guarded: Callable[..., Actor], hookdesk_client: Client, hookdesk_app: Flask
) -> None:
    with hookdesk_app.app_context():
        site().config = replace(site().config, base_url="http://192.0.2.7:8000")
    assert "data-passkey" not in hookdesk_client.get("/agent/login").text
    hookdesk_client.sign_in(make_guarded("ada"))
    assert OWN not in hookdesk_client.get("/agent/second-factors").text
    assert "domain name" in hookdesk_client.get(OWN).text


def test_a_reset_forgets_them(ada: Actor, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        assert site().hooks.collect(AuthHooks.auth_reset_factors, user_id=ada.user_id or 0) == ["passkeys"]
        assert reading().scalar(select(Passkey.id)) is None


def test_who_uses_no_passkey_does_not_pay_for_them() -> None:
    asked = "import sys, hookdesk_passkeys.plugin; sys.exit('webauthn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
