"""Lists without a mouse: many tickets are changed and changed back, and the search box offers what it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import LiveSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("desk", "auth_password", "search", "bulk"),
    pytest.mark.xdist_group("crawl"),
]


@pytest.fixture
def desk(signed_in: BrowserContext, furnished: LiveSite) -> Iterator[Page]:
    """The queue of open tickets."""
    page = signed_in.new_page()
    page.goto(f"{furnished.url}/agent/")
    yield page
    page.close()


def test_selected_tickets_are_changed_and_changed_back_by_keys(desk: Page) -> None:
    """`x` selects, `p` asks for the priority, arrows and Enter choose it; the toast takes it back."""
    for key in ("j", "x", "j", "x"):
        desk.keyboard.press(key)
    before = desk.locator("tbody .prio").all_inner_texts()
    desk.keyboard.press("p")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("2 tickets")
    dialog.get_by_role("button", name="Emergency").focus()
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator("tbody .prio-emergency")).to_have_count(2)
    desk.get_by_role("button", name="Undo").press("Enter")
    expect(desk.locator("tbody .prio")).to_have_text(before)


def test_the_search_box_offers_tickets_while_one_types(desk: Page) -> None:
    """Arrows choose, Escape closes, Enter goes there."""
    desk.keyboard.press("/")
    desk.keyboard.type("welco")
    options = desk.get_by_role("option")
    expect(options.first).to_contain_text("Welcome")
    desk.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    desk.keyboard.type("m")
    expect(options.first).to_contain_text("Welcome")
    desk.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/agent/tickets/10000"))
