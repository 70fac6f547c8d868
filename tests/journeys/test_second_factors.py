"""An agent's way to second factors in a browser: an authenticator app, then a passkey, which replaces the password as well."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PASSWORD, LiveSite, NewSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("desk", "auth_password", "two_factor", "totp", "passkeys", "recovery_codes"),
]
DESK = re.compile(r"/agent/?(\?|$|tickets)")


@pytest.fixture
def named_site(new_site: NewSite, tmp_path: Path) -> Iterator[str]:
    """The address of a running site with a name, for passkeys are bound to one."""
    made: LiveSite = new_site(tmp_path, None)
    address = f"http://localhost:{made.port}"
    made.environ["HOOKDESK_BASE_URL"] = address
    made.start()
    yield address
    made.stop()


def give_password(page: Page, address: str) -> None:
    """The first step."""
    page.goto(f"{address}/agent/login")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


def sign_out(page: Page) -> None:
    """By the person's own menu."""
    page.locator("details.account summary").first.click()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/agent/login")


def plug_in(page: Page) -> None:
    """A security key that Chromium plays: it keeps passkeys and has just checked a finger."""
    debugger = page.context.new_cdp_session(page)
    debugger.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_an_app_and_a_passkey(page: Page, named_site: str, axe: Callable[[Page], list[str]]) -> None:
    """Set both up, sign in with each."""
    give_password(page, named_site)
    page.wait_for_url(DESK)
    page.goto(f"{named_site}/agent/second-factors")
    assert axe(page) == []
    page.get_by_role("link", name="Authenticator app").click()
    assert axe(page) == []
    secret = page.get_attribute("[data-copy]", "data-copy") or ""
    page.fill("[name=code]", pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Your app is set up")).to_be_visible()

    plug_in(page)
    page.get_by_role("link", name="Passkeys").click()
    page.fill("[name=name]", "This laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added")).to_be_visible()
    page.get_by_role("link", name="Recovery codes").click()
    page.get_by_role("button", name="Make new codes").click()
    assert page.locator(".factor-codes li").count() == 10
    assert axe(page) == []
    sign_out(page)

    give_password(page, named_site)
    page.wait_for_url("**/agent/login/second")
    assert axe(page) == []
    page.get_by_role("link", name="Authenticator app").click()
    page.fill("[name=code]", pyotp.TOTP(secret).at(time.time(), counter_offset=1))  # the present one was used
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(DESK)
    sign_out(page)

    give_password(page, named_site)
    page.get_by_role("link", name="Passkey", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(DESK)
    sign_out(page)

    assert axe(page) == []
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(DESK)
    page.goto(f"{named_site}/agent/second-factors/passkeys")
    expect(page.get_by_text("This laptop")).to_be_visible()
    assert axe(page) == []


def test_a_browser_without_that_passkey_says_so(page: Page, named_site: str) -> None:
    """And the password still works."""
    plug_in(page)
    page.goto(f"{named_site}/agent/login")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("That did not work")).to_be_visible()
    give_password(page, named_site)
    page.wait_for_url(DESK)
