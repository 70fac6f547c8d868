"""A requester's account in a real browser: sign up, open a ticket, sign out, sign in, find the ticket again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import LiveSite, wait_until
from tests.journeys.test_main_job import choose_topic, link_of
from tests.servers.smtp import SmtpServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("accounts", "auth_password", "portal", "email_out", "topics", "storage_fs"),
]
PASSWORD = "a sentence that is long"


def sign_up(page: Page, site: LiveSite, mails: SmtpServer) -> None:
    """Ask for an account, follow the mailed link, choose a password."""
    page.goto(site.url)
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Sign up").click()
    page.fill("[name=name]", "Grace Hopper")
    page.fill("[name=email]", "grace@example.org")
    page.get_by_role("button", name="Mail me the link").click()
    wait_until(lambda: len(mails.to("grace@example.org")) == 1, 60)
    page.goto(link_of(mails.to("grace@example.org")[0]))
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.get_by_role("button", name="Set the password").click()


def test_from_sign_up_to_my_tickets(live_site: LiveSite, smtp_server: SmtpServer, browser: Browser) -> None:
    page = browser.new_context().new_page()
    sign_up(page, live_site, smtp_server)
    expect(page.get_by_role("heading", name="My tickets")).to_be_visible()
    page.get_by_role("link", name="Open a ticket").first.click()
    choose_topic(page)
    page.fill("[name=subject]", "The printer is on fire")
    page.fill("[name=message]", "It has been burning since nine.")
    page.get_by_role("button", name="Send ticket").click()
    number = page.locator("[data-ticket-number]").first.inner_text().strip()
    page.locator("details.account summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{live_site.url}/tickets")
    page.fill("[name=login]", "grace@example.org")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.get_by_role("link", name=re.compile("The printer is on fire")).click()
    expect(page.locator("[data-ticket-number]")).to_have_text(number)
