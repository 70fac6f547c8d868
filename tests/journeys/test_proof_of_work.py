"""A real browser solves the challenge while somebody writes, under the site's content security policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.site import site
from hookdesk.types.actors import system
from tests.journeys.conftest import LiveSite, make_site
from tests.journeys.test_main_job import choose_topic

pytestmark = [pytest.mark.browser, pytest.mark.requires("proof_of_work", "portal", "topics", "storage_fs")]


def guard_forms(made: LiveSite) -> None:
    """Switch the plugin on and take nothing without a solution."""
    assert made.run("plugins", "enable", "proof_of_work").returncode == 0
    app = create_app(load(made.instance, made.environ))
    with app.app_context():
        plugin = site().plugins.get("proof_of_work")
        assert plugin is not None
        site().settings.save("proof_of_work", plugin.settings_type, {"unsolved_an_hour": 0}, system())
        site().db.dispose()


def test_a_browser_opens_a_ticket_and_one_without_scripts_is_told_why_not(tmp_path: Path, browser: Browser) -> None:
    made = make_site(tmp_path, None)
    guard_forms(made)
    made.start()
    try:
        for scripts in (True, False):
            page = browser.new_context(java_script_enabled=scripts).new_page()
            page.goto(f"{made.url}/open")
            choose_topic(page)
            page.fill("[name=name]", "Grace Hopper")
            page.fill("[name=email]", "grace@example.org")
            page.fill("[name=subject]", "The printer is on fire")
            page.fill("[name=message]", "It has been burning since nine.")
            page.get_by_role("button", name="Send ticket").click()
            if scripts:
                expect(page.locator("[data-ticket-number]").first).to_be_visible(timeout=30_000)
            else:
                expect(page.get_by_text("Allow JavaScript, or try again in an hour.")).to_be_visible()
                expect(page.locator("[name=subject]")).to_have_value("The printer is on fire")
    finally:
        made.stop()
