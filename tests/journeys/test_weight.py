"""The first view of a page is light: all that a browser fetches for it, compressed as a proxy does, stays within 150 kB."""

from __future__ import annotations

import zlib

import pytest
from playwright.sync_api import Browser, BrowserContext, Response

from tests.journeys.conftest import LiveSite
from tests.journeys.furnished import ODD_TICKET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("portal", "desk", "auth_password"),
    pytest.mark.xdist_group("crawl"),
]
MOST = 150_000


def weight(context: BrowserContext, url: str) -> dict[str, int]:
    """Bytes by address of what a page brings, with nothing in the browser's cache."""
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url, wait_until="networkidle")
    found = {one.url: len(zlib.compress(one.body())) for one in answers if one.status == 200}
    page.close()
    return found


@pytest.mark.parametrize("path", ["/agent/", f"/agent/tickets/{ODD_TICKET}"])
def test_the_desk(signed_in: BrowserContext, furnished: LiveSite, path: str) -> None:
    """The queue, and a ticket with its editor still asleep."""
    found = weight(signed_in, furnished.url + path)
    assert sum(found.values()) <= MOST, sorted(found.items(), key=lambda pair: -pair[1])[:8]


def test_the_portal(browser: Browser, furnished: LiveSite) -> None:
    """Home, and the form."""
    context = browser.new_context()
    for path in ("/", "/open"):
        found = weight(context, furnished.url + path)
        assert sum(found.values()) <= MOST, sorted(found.items(), key=lambda pair: -pair[1])[:8]
    context.close()
