"""What stands around every page: transport, framing, referrers, scripts, and whom an address is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from flask import Flask, request

from hookdesk.app import create_app
from hookdesk.site import site
from hookdesk.testing.instances import end

Configured = Callable[..., AbstractContextManager[Flask]]


@pytest.fixture
def configured(hookdesk_app: Flask) -> Configured:
    """`with configured(base_url=…) as app:` the same instance, run in another way."""

    @contextmanager
    def run(**changes: object) -> Iterator[Flask]:
        with hookdesk_app.app_context():
            config = replace(site().config, **changes)  # type: ignore[arg-type]  # a test may try anything
        app = create_app(config)
        yield app
        end(app)

    return run


def test_a_site_on_https_stays_there(configured: Configured) -> None:
    with configured(base_url="https://help.example.org") as app:
        browser = app.test_client()
        plain = browser.get("/agent/login", base_url="http://help.example.org")
        page = browser.get("/agent/login", base_url="https://help.example.org")
    assert (plain.status_code, plain.location) == (302, "https://help.example.org/agent/login")
    assert "max-age=31556926" in page.headers["Strict-Transport-Security"]
    cookie = page.headers["Set-Cookie"]
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_a_site_on_http_promises_no_https(hookdesk_app: Flask) -> None:
    page = hookdesk_app.test_client().get("/agent/login")
    assert page.status_code == 200
    assert "Strict-Transport-Security" not in page.headers


@pytest.mark.parametrize("path", ["/agent/login", "/nothing/here", "/health"])
def test_no_page_is_framed_runs_foreign_scripts_or_tells_where_one_was(hookdesk_app: Flask, path: str) -> None:
    browser = hookdesk_app.test_client()
    first, second = browser.get(path), browser.get(path)
    policy = first.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' 'nonce-" in policy
    assert "unsafe" not in policy
    assert policy != second.headers["Content-Security-Policy"], "a nonce counts once"
    assert first.headers["X-Frame-Options"] == "DENY"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(("proxies", "believed"), [(0, "192.0.2.1"), (1, "198.51.100.9"), (2, "203.0.113.5")])
def test_an_address_is_believed_of_the_proxies_that_were_stated(
    configured: Configured, proxies: int, believed: str
) -> None:
    with configured(trusted_proxies=proxies) as app:

        @app.before_request
        def tell() -> str:
            return str(request.remote_addr)

        answer = app.test_client().get(
            "/",
            headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.5, 198.51.100.9"},
            environ_base={"REMOTE_ADDR": "192.0.2.1"},
        )
    assert answer.text == believed
