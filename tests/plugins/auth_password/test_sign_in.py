"""Who gets in, what a wrong password costs, and what nobody can find out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from hookdesk.api import Actor, Agent, AuthHooks, Refusal, SignIn, reading, site, transact
from hookdesk.testing import Client, Clock
from hookdesk_auth_password import hashing
from hookdesk_auth_password.models import Attempt, Password

from .conftest import PASSWORD

pytestmark = pytest.mark.plugins("auth_password")
Attempts = Callable[..., SignIn]


def stored_hash(app: Flask) -> str:
    with app.app_context():
        return str(reading().scalar(select(Password.hash)))


@pytest.mark.parametrize("login", ["ada", "ADA ", "ada@helpdesk.example", " Ada@Helpdesk.Example"])
def test_login_and_address_both_open_the_door(ada: Actor, attempt: Attempts, login: str) -> None:
    assert attempt(login).user_id == ada.user_id


def test_a_login_goes_before_somebody_elses_address(
    ada: Actor, make_agent: Callable[..., Actor], attempt: Attempts, hookdesk_app: Flask
) -> None:
    make_agent("eve")
    with hookdesk_app.app_context():
        transact(
            lambda session: session.execute(
                update(Agent).where(Agent.login == "eve").values(login="ada@helpdesk.example")
            )
        )
    assert attempt("ada@helpdesk.example").user_id is None  # it names eve now, who has no password


def test_the_page_signs_in_and_out(ada: Actor, hookdesk_client: Client) -> None:
    wrong = hookdesk_client.submit("/agent/login", {"login": "ada", "password": "not the password"})
    assert wrong.status_code == 401
    assert "The login or the password is wrong." in wrong.text
    hookdesk_client.submit("/agent/login", {"login": "ada", "password": PASSWORD}, follow=False)
    assert hookdesk_client.get("/agent/password").status_code == 200
    hookdesk_client.submit("/agent/password", to="/agent/logout", follow=False)
    assert hookdesk_client.get("/agent/password").status_code == 302


def test_every_failure_looks_the_same(
    ada: Actor, make_agent: Callable[..., Actor], attempt: Attempts, hookdesk_app: Flask
) -> None:
    make_agent("bob")  # has no password
    make_agent("eve")
    with hookdesk_app.app_context():
        user_id = int(reading().scalar(select(Agent.user_id).where(Agent.login == "eve")))
        site().hooks.first(AuthHooks.auth_set_password, user_id=user_id, password=PASSWORD)
        transact(lambda session: session.execute(update(Agent).where(Agent.login == "eve").values(is_active=False)))
    answers = {
        attempt(login, password)
        for login, password in (("ada", "wrong"), ("nobody", PASSWORD), ("bob", ""), ("eve", PASSWORD))
    }
    assert len(answers) == 1
    assert answers.pop().user_id is None


def test_each_attempt_costs_exactly_one_hash_whoever_is_named(
    ada: Actor, attempt: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def noted(self: PasswordHasher, stored: str, password: str) -> bool:
        checked.append(stored.split("$")[3])
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    attempt("ada", "wrong")
    attempt("nobody", "wrong")
    assert len(checked) == 2
    assert len(set(checked)) == 1  # with the same parameters


def test_nobody_knows_the_password_of_the_dummy(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        for guess in ("", "\x00", PASSWORD):
            assert not hashing.fits(guess, None)
        assert not hashing.is_outdated(hashing.dummy())


def test_after_five_failures_the_pair_waits_and_other_addresses_do_not(
    ada: Actor, attempt: Attempts, clock: Clock
) -> None:
    for _ in range(5):
        assert attempt(password="wrong").retry_after == 0
    shut = attempt()  # even with the right password: guessing must not pay
    assert shut.user_id is None
    assert 0 < shut.retry_after <= 30
    assert "Wait a minute" in shut.problem
    assert attempt(address="192.0.2.99").user_id == ada.user_id
    clock.advance(seconds=30)
    assert attempt().user_id == ada.user_id


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(ada: Actor, attempt: Attempts, clock: Clock) -> None:
    waits = []
    for _ in range(14):
        wait = attempt(password="wrong").retry_after
        if wait:
            waits.append(wait)
            clock.advance(seconds=wait)
    assert waits == [30, 60, 120, 240, 480]
    for _ in range(12):
        clock.advance(seconds=attempt(password="wrong").retry_after)
    assert attempt(password="wrong").retry_after <= 900


def test_success_forgets_failures(ada: Actor, attempt: Attempts) -> None:
    for _ in range(4):
        for _ in range(4):
            attempt(password="wrong")
        assert attempt().user_id == ada.user_id


def test_an_address_that_tries_many_logins_waits(ada: Actor, attempt: Attempts) -> None:
    for number in range(30):
        assert attempt(f"login{number}", "wrong").retry_after == 0
    assert attempt("another", "wrong").retry_after > 0
    assert attempt(address="192.0.2.2").user_id == ada.user_id


def test_an_own_account_does_not_wash_an_address_clean(ada: Actor, attempt: Attempts) -> None:
    for number in range(40):
        if attempt(f"victim{number}", "wrong").retry_after:
            break
        attempt()  # the attacker's own account, signed in to after each guess
    else:
        pytest.fail("forty guesses went through")
    assert number == 30


def test_a_whole_ipv6_network_is_one_address(ada: Actor, attempt: Attempts) -> None:
    for number in range(5):
        attempt(password="wrong", address=f"2001:db8:1:2::{number}")
    assert attempt(address="2001:db8:1:2:ffff::1").retry_after > 0
    assert attempt(address="2001:db8:1:3::1").user_id == ada.user_id


def test_counters_outlive_the_process_and_hold_nothing_readable(
    ada: Actor, attempt: Attempts, hookdesk_app: Flask
) -> None:
    attempt("my secret password in the wrong field", "")
    with hookdesk_app.app_context():
        keys = list(reading().scalars(select(Attempt.key)))
    assert len(keys) == 2
    assert all(len(key) == 64 and "secret" not in key for key in keys)


def test_old_counters_are_cleaned_up(
    ada: Actor, attempt: Attempts, clock: Clock, run_jobs: Callable[..., int], hookdesk_app: Flask
) -> None:
    attempt(password="wrong")
    assert run_jobs("auth_password.clean_up") == 0
    clock.advance(hours=2)
    assert run_jobs("auth_password.clean_up") == 2
    with hookdesk_app.app_context():
        assert reading().scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_hash_with_old_parameters_is_renewed_by_signing_in(
    ada: Actor, attempt: Attempts, hookdesk_app: Flask
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Password).values(hash=old)))
    attempt(password="wrong")
    assert stored_hash(hookdesk_app) == old
    assert attempt().user_id == ada.user_id
    assert stored_hash(hookdesk_app) != old
    assert attempt().user_id == ada.user_id


def test_a_hash_that_cannot_be_read_lets_nobody_in(ada: Actor, attempt: Attempts, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Password).values(hash="plain")))
    assert attempt().user_id is None


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("elevenchars", "at least 12"),
        ("", "at least 12"),
        ("a" * 501, "at most 500"),
        ("abababababababab", "more different characters"),
        ("ada@helpdesk.example", "first thing"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(ada: Actor, hookdesk_app: Flask, password: str, words: str) -> None:
    before = stored_hash(hookdesk_app)
    with hookdesk_app.app_context(), pytest.raises(Refusal, match=words):
        site().hooks.first(AuthHooks.auth_set_password, user_id=ada.user_id or 0, password=password)
    assert stored_hash(hookdesk_app) == before


@pytest.mark.parametrize(
    "password",
    ["пароль из многих слов", "🔑🗝️🔐🔒🔓 keys, keys", "tab\tand \x00 nul bytes", "e\u0301te\u0301 a\u0300 la plage"],
)
def test_any_characters_make_a_password_however_they_are_composed(
    ada: Actor, attempt: Attempts, hookdesk_app: Flask, password: str
) -> None:
    with hookdesk_app.app_context():
        site().hooks.first(AuthHooks.auth_set_password, user_id=ada.user_id or 0, password=password)
    assert attempt(password=unicodedata.normalize("NFC", password)).user_id == ada.user_id
    assert attempt(password=password + " ").user_id is None


@pytest.mark.parametrize("login", ["", "x" * 5000, "' OR 1=1 --", "\x00", "🙂", "ada\nada"])
def test_odd_logins_are_only_wrong(ada: Actor, attempt: Attempts, login: str) -> None:
    assert attempt(login).user_id is None


def test_a_flood_of_attempts_leaves_threads_to_those_who_work(
    ada: Actor, attempt: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever finds no place is told at once to come again; it costs them no attempt, and the next one finds a place."""
    answers: list[SignIn] = []
    verify = PasswordHasher.verify

    def crowd(self: PasswordHasher, stored: str, password: str) -> bool:
        if len(answers) < 2:
            answers.append(attempt("eve", "wrong", f"192.0.2.{10 + len(answers)}"))  # while this thread is at it
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", crowd)
    assert attempt("ada").user_id == ada.user_id
    crowded = [answer for answer in answers if answer.retry_after]
    assert len(crowded) == 1
    assert "in a few seconds" in crowded[0].problem
    monkeypatch.setattr(PasswordHasher, "verify", verify)
    assert attempt("ada").user_id == ada.user_id


def test_a_real_hash_takes_its_time() -> None:
    """Parameters of a site, not of tests: four passes over 19 MiB, which no machine of today does in much less than 50 ms."""
    hasher = hashing._made(False)
    assert (hasher.time_cost, hasher.memory_cost) == (4, 19 * 1024)
