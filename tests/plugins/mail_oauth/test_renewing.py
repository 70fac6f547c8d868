"""Tokens are kept fresh: one process renews, the new refresh token is never lost, and what went wrong is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hookdesk.api import MASK, AccessToken, Health, Refusal, RunningHooks, SystemLog, reading, site, system, tokens
from hookdesk.testing import Client, Clock
from hookdesk_mail_oauth import provider, services
from hookdesk_mail_oauth.services import Values
from tests.servers.oauth import OAuthProvider

pytestmark = pytest.mark.plugins("mail_oauth", "admin")


@pytest.fixture(autouse=True)
def consented(consent: Callable[..., TestResponse], clock: Clock) -> None:
    """Everything begins with a token of an hour."""
    consent()


@pytest.fixture
def ask(hookdesk_app: Flask, connection: int) -> Callable[..., AccessToken]:
    """`ask(renew=False)`: what a mailbox does before it signs in."""

    def token(renew: bool = False) -> AccessToken:
        with hookdesk_app.app_context():
            return tokens.access_token(f"mail_oauth:{connection}", renew=renew)

    return token


def test_a_token_is_renewed_before_its_end_and_refresh_tokens_are_exchanged(
    oauth_provider: OAuthProvider, ask: Callable[..., AccessToken], clock: Clock
) -> None:
    first = ask()
    clock.advance(minutes=44)
    assert ask() == first
    for _hour in range(3):
        clock.advance(minutes=46)
        later = ask()
        assert later.token != first.token
        assert later.expires_at == clock.now + timedelta(hours=1)
        first = later
    assert oauth_provider.refreshes == 3


def test_where_refresh_tokens_stay_the_one_goes_on_to_count(
    oauth_provider: OAuthProvider, ask: Callable[..., AccessToken], clock: Clock
) -> None:
    oauth_provider.rotates = False
    for _hour in range(2):
        clock.advance(hours=2)
        ask()
    assert oauth_provider.refreshes == 2


def test_what_a_server_refuses_is_renewed_once_a_minute(
    oauth_provider: OAuthProvider, ask: Callable[..., AccessToken], clock: Clock
) -> None:
    clock.advance(minutes=2)
    first = ask(renew=True)
    assert ask(renew=True) == first
    assert oauth_provider.refreshes == 1


@pytest.mark.parametrize(
    "answer",
    [(503, b"busy"), (200, b"<html>"), (400, {"error": "temporarily_unavailable"}), "hang"],
    ids=["busy", "garbage", "unavailable", "hangs"],
)
def test_a_provider_in_trouble_is_asked_again_later_and_nothing_is_lost(
    oauth_provider: OAuthProvider,
    ask: Callable[..., AccessToken],
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    answer: object,
) -> None:
    monkeypatch.setattr(provider, "SECONDS", 0.3)
    first = ask()
    clock.advance(minutes=50)
    oauth_provider.answers.append(answer)  # type: ignore[arg-type]  # one of its replies
    assert ask() == first, "the present token still counts"
    assert ask() == first
    assert oauth_provider.refreshes == 1, "and who asks too soon is not passed on"
    clock.advance(seconds=31)
    assert ask() != first


def test_while_a_provider_is_away_longer_it_is_asked_less_often(
    oauth_provider: OAuthProvider, ask: Callable[..., AccessToken], clock: Clock
) -> None:
    clock.advance(hours=2)
    oauth_provider.answers += [(503, b"")] * 20
    for _minute in range(60):
        with pytest.raises(Refusal, match="503"):
            ask()
        clock.advance(minutes=1)
    assert oauth_provider.refreshes == 8
    oauth_provider.answers.clear()
    clock.advance(minutes=15)
    assert ask().token


@pytest.fixture
def withdraw(oauth_provider: OAuthProvider, ask: Callable[..., AccessToken], clock: Clock) -> Callable[[], None]:
    """`withdraw()`: the consent is taken away at the provider, and a mailbox notices."""

    def take() -> None:
        oauth_provider.answers.append((400, {"error": "invalid_grant", "error_description": "AADSTS50173: expired"}))
        clock.advance(hours=2)
        with pytest.raises(Refusal, match="AADSTS50173: expired"):
            ask()

    return take


def test_a_consent_that_was_withdrawn_is_told_once_and_nobody_is_asked_until_somebody_signs_in(
    hookdesk_app: Flask, hookdesk_client: Client, oauth_provider: OAuthProvider, ask: Callable[..., AccessToken],
    withdraw: Callable[[], None], consent: Callable[..., TestResponse], connection: int, boss: object, clock: Clock,
) -> None:  # fmt: skip
    withdraw()
    clock.advance(hours=1)
    with pytest.raises(Refusal, match="sign in at the provider"):
        ask()
    assert oauth_provider.refreshes == 1
    with hookdesk_app.app_context():
        told = reading().scalars(select(SystemLog.message).where(SystemLog.level == "error"))
        assert ["AADSTS50173" in message for message in told] == [True]
        assert [check.state for check in _health()] == ["warning"]
    hookdesk_client.sign_in(boss)  # type: ignore[arg-type]  # the administrator
    page = hookdesk_client.get(f"/admin/mail-sign-ins/{connection}").get_data(as_text=True)
    assert "AADSTS50173: expired" in page
    assert "The consent was withdrawn" in page
    consent()
    assert ask().token
    with hookdesk_app.app_context():
        assert [check.state for check in _health()] == ["ok"]


def test_a_provider_that_was_wrong_can_be_asked_again_by_hand(
    hookdesk_client: Client,
    ask: Callable[..., AccessToken],
    withdraw: Callable[[], None],
    connection: int,
    boss: object,
) -> None:
    withdraw()
    hookdesk_client.sign_in(boss)  # type: ignore[arg-type]  # the administrator
    path = f"/admin/mail-sign-ins/{connection}"
    assert "gave a new token" in hookdesk_client.submit(path, to=f"{path}/renew").get_data(as_text=True)
    assert ask().token


def test_what_nobody_uses_is_renewed_once_a_day(
    oauth_provider: OAuthProvider, run_jobs: Callable[..., int], clock: Clock
) -> None:
    for _hour in range(48):
        run_jobs("mail_oauth.keep_alive")
        clock.advance(hours=1)
    assert oauth_provider.refreshes == 2


def test_what_ends_soon_is_told_before(
    hookdesk_app: Flask,
    oauth_provider: OAuthProvider,
    ask: Callable[..., AccessToken],
    values: Values,
    connection: int,
    clock: Clock,
) -> None:
    oauth_provider.more["refresh_token_expires_in"] = 20 * 86400
    clock.advance(hours=2)
    ask()
    clock.advance(days=5)
    with hookdesk_app.app_context():
        assert [check.state for check in _health()] == ["ok"]
        clock.advance(days=2)
        assert [check.state for check in _health()] == ["warning"]
    oauth_provider.more["refresh_token_expires_in"] = 90 * 86400
    ask()
    ends = clock.now.date() + timedelta(days=20)
    with hookdesk_app.app_context():
        assert [check.state for check in _health()] == ["ok"]
        services.save(system(), replace(values, client_secret=MASK, secret_ends_on=ends), connection)
        assert ["ends soon" in check.detail for check in _health()] == [True]


def _health() -> list[Health]:
    """The plugin's lines."""
    return site().hooks.collect(RunningHooks.health_checks)
