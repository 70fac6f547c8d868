"""Addresses as nobody should write them: every page answers in words, none with an error of ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from hookdesk.api import Actor, public
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("*")
ARGUMENTS = [
    "endpoint",
    "self",
    "key",
    "queue",
    "_external",
    "_scheme",
    "_anchor",
    "_method",
    "before",
    "after",
    "since",
]


def pages(app: Flask) -> list[str]:
    """The rules of pages that have no number in their address."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted({rule for rule in rules if "<int:" not in rule})


@pytest.fixture
def admin(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """An administrator's browser, which may open every page."""
    hookdesk_client.sign_in(make_agent(is_admin=True))
    return hookdesk_client


@pytest.mark.parametrize("value", ["javascript", "9" * 25])
def test_a_query_string_cannot_break_a_page_or_lead_its_links_elsewhere(
    hookdesk_app: Flask, admin: Client, value: str
) -> None:
    broken = {}
    for rule in pages(hookdesk_app):
        path = re.sub(r"<[^>]+>", "open", rule)
        page = admin.get(path, query_string=dict.fromkeys(ARGUMENTS, value))
        if page.status_code >= 500 or "javascript:" in page.text:
            broken[path] = page.status_code
    assert broken == {}


@pytest.mark.requires("desk")
def test_the_page_that_somebody_asked_for_before_signing_in_fits_into_a_cookie(hookdesk_client: Client) -> None:
    answer = hookdesk_client.get("/agent/", query_string={"q": "x" * 8000})
    assert (answer.status_code, urlsplit(answer.location).path) == (302, "/agent/login")
    assert len(answer.headers.get("Set-Cookie", "")) < 4000


@pytest.mark.requires("desk")
def test_a_host_that_is_none_is_told_in_words_and_no_redirect_repeats_it(
    hookdesk_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    page = hookdesk_client.get("/open", headers={"Host": "x" * 300})
    assert (page.status_code, "could not be read" in page.text) == (400, True)
    assert caplog.records == []  # whoever sends such requests does not fill our log with tracebacks
    answer = hookdesk_client.get("/agent?q=1", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, "/agent/?q=1")
    answer = hookdesk_client.get("/static//evil.example/../..//x", headers={"Host": "evil.example"})
    assert not answer.headers.get("Location", "/").startswith(("//", "http"))


def test_pages_with_forms_can_be_asked_for_their_headers(hookdesk_app: Flask, admin: Client) -> None:
    paths = [re.sub(r"<[^>]+>", "open", rule) for rule in pages(hookdesk_app)]
    codes = {path: (admin.get(path).status_code, admin.head(path).status_code) for path in paths}
    assert {path: pair for path, pair in codes.items() if pair[0] != pair[1]} == {}


@pytest.mark.requires("portal")
def test_a_database_that_is_locked_or_full_is_no_error_of_ours(hookdesk_app: Flask, hookdesk_client: Client) -> None:
    @public
    def full() -> str:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    hookdesk_app.view_functions["portal.home"] = full
    page = hookdesk_client.get("/")
    assert (page.status_code, "does not work at the moment" in page.text) == (503, True)
