"""A connection to a real provider, and an administrator who lets the site in."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hookdesk.api import Actor, site, system
from hookdesk.testing import Client
from hookdesk_mail_oauth import flow, services
from hookdesk_mail_oauth.services import Values
from hookdesk_mail_oauth.settings import Settings
from tests.servers.oauth import CLIENT, SECRET, OAuthProvider

HERE = ("127.0.0.0/8", "::1")


@pytest.fixture
def values(oauth_provider: OAuthProvider) -> Values:
    """What an administrator would fill in."""
    return Values(
        name="Help", provider="other", user="help@example.org", client_id=CLIENT, client_secret=SECRET, scope="mail offline_access",
        authorize_url=oauth_provider.url("/authorize"), token_url=oauth_provider.url("/token"),
    )  # fmt: skip


@pytest.fixture
def connection(hookdesk_app: Flask, oauth_provider: OAuthProvider, values: Values) -> int:
    """The id of a connection that nobody has consented to yet."""
    with hookdesk_app.app_context():
        site().settings.save("mail_oauth", Settings, {"networks": HERE}, system())
        oauth_provider.redirect_uri = flow.redirect_uri()
        return services.save(system(), values)


@pytest.fixture
def boss(make_agent: Callable[..., Actor], hookdesk_client: Client) -> Actor:
    """An administrator, signed in."""
    actor = make_agent("boss", "Bo Ss", is_admin=True)
    hookdesk_client.sign_in(actor)
    return actor


@pytest.fixture
def visit() -> Callable[[str], str]:
    """`visit(url)`: open a page of the provider as the browser does; where it leads."""

    def follow(url: str) -> str:
        parts = urlsplit(url)
        wire = http.client.HTTPSConnection(parts.netloc, context=ssl.create_default_context())
        wire.request("GET", f"{parts.path}?{parts.query}")
        try:
            return wire.getresponse().headers["Location"]
        finally:
            wire.close()

    return follow


@pytest.fixture
def consent(
    hookdesk_client: Client, connection: int, boss: Actor, visit: Callable[[str], str]
) -> Callable[..., TestResponse]:
    """`consent()`: sign in at the provider in a browser, and come back."""

    def sign_in() -> TestResponse:
        away = hookdesk_client.get(f"/admin/mail-sign-ins/{connection}/sign-in")
        assert away.status_code == 302
        back = urlsplit(visit(away.headers["Location"]))
        return hookdesk_client.get(f"{back.path}?{back.query}", follow_redirects=True)

    return sign_in
