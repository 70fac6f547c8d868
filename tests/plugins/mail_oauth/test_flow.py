"""An administrator leaves for the provider, comes back, and the site has tokens: nobody else's answer is taken."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from hookdesk.api import MASK, AccessToken, Actor, OutboxEvent, Refusal, SystemLog, reading, tokens
from hookdesk.testing import Client, Clock
from hookdesk_mail_oauth import presets, services
from hookdesk_mail_oauth.models import Connection
from tests.servers.oauth import SECRET, OAuthProvider

pytestmark = pytest.mark.plugins("mail_oauth", "admin")
Consent = Callable[..., TestResponse]


def test_who_signs_in_at_the_provider_gives_the_site_a_token(
    hookdesk_app: Flask, connection: int, consent: Consent, clock: Clock
) -> None:
    page = consent().get_data(as_text=True)
    assert "Working" in page
    with hookdesk_app.app_context():
        assert tokens.choices() == [(f"mail_oauth:{connection}", "Help (help@example.org)")]
        found = tokens.access_token(f"mail_oauth:{connection}")
        assert found == AccessToken("help@example.org", "access-2", clock.now.replace(hour=13))


def test_secrets_are_encrypted_and_never_shown(
    hookdesk_app: Flask, hookdesk_client: Client, connection: int, consent: Consent
) -> None:
    consent()
    page = hookdesk_client.get(f"/admin/mail-sign-ins/{connection}").get_data(as_text=True)
    assert MASK in page
    with hookdesk_app.app_context():
        tables = (Connection.__table__, OutboxEvent.__table__, SystemLog.__table__)
        stored = str([reading().all(select(table)) for table in tables])
    for secret in (SECRET, "access-2", "refresh-3"):
        assert secret not in page
        assert secret not in stored


def test_a_form_that_is_sent_back_keeps_the_secret_and_what_it_was_given_for_keeps_the_tokens(
    hookdesk_app: Flask, hookdesk_client: Client, connection: int, consent: Consent, oauth_provider: OAuthProvider
) -> None:
    consent()
    path = f"/admin/mail-sign-ins/{connection}"
    given = {
        "name": "Helpdesk", "user": "help@example.org", "client_id": "helpdesk", "client_secret": MASK, "scope": "mail offline_access",
        "authorize_url": oauth_provider.url("/authorize"), "token_url": oauth_provider.url("/token"),
    }  # fmt: skip
    assert "Working" in hookdesk_client.submit(path, given).get_data(as_text=True)
    with hookdesk_app.app_context():
        assert tokens.access_token(f"mail_oauth:{connection}", renew=True)
    assert "Needs you to sign in" in hookdesk_client.submit(path, given | {"user": "other@example.org"}).get_data(
        as_text=True
    )
    with hookdesk_app.app_context(), pytest.raises(Refusal, match="sign in at the provider"):
        tokens.access_token(f"mail_oauth:{connection}")


def test_an_answer_that_this_browser_did_not_ask_for_is_not_taken(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    connection: int,
    boss: Actor,
    visit: Callable[[str], str],
    make_agent: Callable[..., Actor],
) -> None:
    start = f"/admin/mail-sign-ins/{connection}/sign-in"

    def come_back(url: str, client: Client = hookdesk_client) -> str:
        back = urlsplit(url)
        return client.get(f"{back.path}?{back.query}", follow_redirects=True).get_data(as_text=True)

    strange = "belongs to no sign-in"
    assert strange in come_back("/admin/mail-sign-ins/callback?code=code-1&state=made-up")
    forged = visit(hookdesk_client.get(start).headers["Location"]).split("state=")[0] + "state=made-up"
    assert strange in come_back(forged)
    good = visit(hookdesk_client.get(start).headers["Location"])
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.sign_in(make_agent("eve", "Eve", is_admin=True))
    assert strange in come_back(good, other)
    assert "renews the token" in come_back(good)
    assert strange in come_back(good), "an answer counts once"


def test_whoever_takes_too_long_begins_anew(
    hookdesk_client: Client, connection: int, boss: Actor, visit: Callable[[str], str], clock: Clock
) -> None:
    back = urlsplit(visit(hookdesk_client.get(f"/admin/mail-sign-ins/{connection}/sign-in").headers["Location"]))
    clock.advance(minutes=31)
    hookdesk_client.sign_in(boss)
    page = hookdesk_client.get(f"{back.path}?{back.query}", follow_redirects=True)
    assert "took too long" in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {"error": "invalid_client", "error_description": "AADSTS7000222: the secret has expired"}), "AADSTS7000222"),
        ((200, b"<html>Welcome to our portal</html>"), "something that is no token"),
        ((200, b'["access_token"]'), "something that is no token"),
        ((200, {"access_token": "a\nb", "refresh_token": "c", "token_type": "Bearer"}), "something that is no token"),
        ((200, {"access_token": "a", "token_type": "Bearer", "expires_in": "soon"}), "something that is no token"),
        ((503, b""), "something that is no token"),
        ((302, b""), "something that is no token"),
        ((200, {"access_token": "a", "token_type": "Bearer"}), "no refresh token"),
    ],
)  # fmt: skip
def test_what_the_provider_says_instead_of_a_token_is_told(
    oauth_provider: OAuthProvider, consent: Consent, answer: object, words: str
) -> None:
    oauth_provider.answers.append(answer)  # type: ignore[arg-type]  # one of its replies
    page = consent().get_data(as_text=True)
    assert words in page
    assert "Needs you to sign in" in page


def test_whoever_refuses_at_the_provider_reads_so(hookdesk_client: Client, connection: int, boss: Actor) -> None:
    away = urlsplit(hookdesk_client.get(f"/admin/mail-sign-ins/{connection}/sign-in").headers["Location"])
    state = parse_qs(away.query)["state"][0]
    path = "/admin/mail-sign-ins/callback"
    page = hookdesk_client.get(
        path,
        query_string={"error": "access_denied", "error_description": "No, thanks", "state": state},
        follow_redirects=True,
    )
    assert "access_denied: No, thanks" in page.get_data(as_text=True)


def test_only_administrators_who_proved_it_lately_are_led_there(
    clock: Clock, hookdesk_client: Client, connection: int, boss: Actor, make_agent: Callable[..., Actor]
) -> None:
    clock.advance(minutes=20)
    for path in ("new/other", f"{connection}", f"{connection}/sign-in"):
        assert hookdesk_client.get(f"/admin/mail-sign-ins/{path}").headers["Location"].endswith("/confirm")
    hookdesk_client.sign_in(make_agent("ada", "Ada"))
    assert hookdesk_client.get("/admin/mail-sign-ins").status_code == 403


@pytest.mark.parametrize(("provider", "sent", "scope", "host"), [
    ("microsoft", {"tenant": "contoso.example", "imap": "y", "smtp": "y"},
     "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
     "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/"),
    ("google", {}, "https://mail.google.com/", "https://oauth2.googleapis.com/"),
])  # fmt: skip
def test_what_is_known_of_a_provider_is_filled_in(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    boss: Actor,
    provider: str,
    sent: dict[str, str],
    scope: str,
    host: str,
) -> None:
    given = {"name": "Mail", "user": "Help@Example.org", "client_id": "abc", "client_secret": "xyz", **sent}
    assert hookdesk_client.submit(f"/admin/mail-sign-ins/new/{provider}", given).status_code == 200
    with hookdesk_app.app_context():
        (found,) = services.everything()
        assert (found.scope, found.user) == (scope, "help@example.org")
        assert found.token_url.startswith(host)
    away = hookdesk_client.get(f"/admin/mail-sign-ins/{found.id}/sign-in").headers["Location"]
    asked = parse_qs(urlsplit(away).query)
    assert asked["scope"] == [scope]
    assert asked["redirect_uri"] == ["http://127.0.0.1:8000/admin/mail-sign-ins/callback"]
    for name, value in presets.PRESETS[provider].asked.items():
        assert asked[name] == [value]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token_url", "http://example.org/token"),
        ("token_url", "https://a:b@example.org/"),
        ("authorize_url", "javascript:alert(1)"),
        ("user", "help"),
    ],
)
def test_secrets_go_to_whole_https_addresses_alone(
    hookdesk_client: Client, boss: Actor, field: str, value: str
) -> None:
    given = {
        "name": "Mail", "user": "help@example.org", "client_id": "abc", "scope": "mail", "authorize_url": "https://example.org/",
        "token_url": "https://example.org/token", field: value,
    }  # fmt: skip
    assert hookdesk_client.submit("/admin/mail-sign-ins/new/other", given).status_code == 422


def test_what_accounts_use_is_deleted_with_its_tokens(
    hookdesk_app: Flask, hookdesk_client: Client, connection: int, consent: Consent
) -> None:
    consent()
    path = f"/admin/mail-sign-ins/{connection}"
    assert "is deleted" in hookdesk_client.submit(path, to=f"{path}/delete").get_data(as_text=True)
    with hookdesk_app.app_context(), pytest.raises(Refusal, match="nobody knows"):
        tokens.access_token(f"mail_oauth:{connection}")
