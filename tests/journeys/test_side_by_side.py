"""Two agents on one ticket: it is opened for a caller with a canned answer, each sees the other there, and nobody answers twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, LiveSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("desk", "auth_password", "canned", "presence", "storage_fs"),
    pytest.mark.xdist_group("crawl"),
]
JOAN = "Joan Clarke"
LIVE_MS = 30_000
"""What others do is seen within ten seconds, on a machine that has little else to do."""


@pytest.fixture
def ada(browser: Browser, furnished: LiveSite) -> Iterator[Page]:
    """The administrator's browser."""
    yield from _browser(browser, furnished, "admin")


@pytest.fixture
def joan(browser: Browser, furnished: LiveSite) -> Iterator[Page]:
    """A colleague's."""
    words = ("--login", "joan", "--email", "joan@helpdesk.example", "--name", JOAN, "--password-file", "-")
    made = furnished.run("agent", "create", *words, stdin=PASSWORD.encode())
    assert made.returncode == 0, made.stderr.decode()
    yield from _browser(browser, furnished, "joan")


def _browser(browser: Browser, site: LiveSite, login: str) -> Iterator[Page]:
    """A browser of somebody's own, signed in."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.url}/agent/login")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/agent/?(\?|$)"))
    yield page
    context.close()


def test_two_agents_meet_on_a_ticket(ada: Page, joan: Page, furnished: LiveSite) -> None:
    ada.goto(f"{furnished.url}/agent/canned/add")
    ada.get_by_label("Title").fill("Creaking")
    ada.locator("[name=html]").first.fill("Hello {{ ticket.first_name }}, this is {{ ticket.number }}.")
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.locator(".toast").first).to_contain_text("is saved")

    ada.goto(f"{furnished.url}/agent/tickets/new")
    ada.locator("#email").fill("grace@example.org")
    ada.locator("#name").fill("Grace Hopper")
    ada.locator("#subject").fill("Side by side")
    ada.locator("#message").fill("It creaks.")
    ada.locator("#reply").focus()
    ada.keyboard.type("/")
    expect(ada.get_by_role("option", name=re.compile("Creaking"))).to_be_visible()
    ada.keyboard.type("creak")
    expect(ada.locator("#picker-list li")).to_have_count(1)
    ada.keyboard.press("Enter")
    expect(ada.locator(".new-ticket trix-editor").first).to_contain_text("Hello {{ ticket.first_name }}")
    ada.get_by_role("button", name="Open the ticket").click()
    ada.wait_for_url(re.compile(r"/agent/tickets/\d+"))
    number = ada.locator("[data-ticket-number]").get_attribute("data-ticket-number")
    expect(ada.locator(".thread")).to_contain_text(f"Hello Grace, this is {number}.")

    joan.goto(f"{furnished.url}/agent/")
    row = joan.locator("tr", has_text=str(number))
    expect(row).to_contain_text("looks at it", timeout=LIVE_MS)
    joan.goto(f"{furnished.url}/agent/tickets/{number}")
    expect(ada.locator("#presence")).to_contain_text(f"{JOAN} looks at it", timeout=LIVE_MS)
    joan.keyboard.press("r")
    joan.keyboard.type("Oil it.")
    expect(ada.locator("#presence")).to_contain_text(f"{JOAN} is writing", timeout=LIVE_MS)
    ada.keyboard.press("n")
    ada.keyboard.type("She called again: it is the saddle.")
    ada.keyboard.press("Control+Enter")
    expect(ada.locator(".thread")).to_contain_text("it is the saddle")
    joan.keyboard.press("Control+Enter")
    expect(joan.locator(".composer-error")).to_contain_text("Nothing was sent")
    expect(joan.locator(".composer")).to_contain_text("Oil it.")
    expect(joan.locator(".thread")).to_contain_text("it is the saddle")
