"""Tags and tasks beside a ticket, in a browser: each is saved at once, and what is being written stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.conftest import LiveSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("tags", "tasks", "desk", "auth_password", "storage_fs"),
    pytest.mark.xdist_group("crawl"),
]


def test_tags_and_tasks_by_keyboard(signed_in: BrowserContext, furnished: LiveSite) -> None:
    """A tag and two tasks are typed, one is ticked off and the ticket refuses to close; the reply that was begun is still there."""
    page = signed_in.new_page()
    page.goto(furnished.url + "/agent/tickets/10000?queue=open")
    editor = page.locator("#note-message")
    page.locator("#mode-note").check(force=True)
    editor.evaluate("field => { field.value = 'half a note'; }")
    page.locator("#tag-add").focus()
    page.keyboard.type("brand new")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take off the tag brand new")).to_be_visible()
    expect(page.locator("#tag-add")).to_be_focused()
    page.locator("#task-title").focus()
    for title in ("Call them", "Write it down"):
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(page.locator("#tasks").get_by_role("link", name=title)).to_be_visible()
        expect(page.locator("#task-title")).to_be_focused()
    page.get_by_role("checkbox", name="Done: Call them").press("Enter")
    expect(page.get_by_role("checkbox", name="Done: Call them")).to_be_checked()
    expect(page.locator("#thread")).to_contain_text("is done: Call them")
    page.locator("#prop-status").select_option("closed")
    expect(page.locator("#toasts")).to_contain_text("Close its tasks first")
    assert editor.input_value() == "half a note", "the page stayed where it was"
    page.get_by_role("button", name="Take off the tag brand new").press("Enter")
    expect(page.get_by_role("button", name="Take off the tag brand new")).to_have_count(0)
    page.goto(furnished.url + "/agent/tasks")
    expect(page.get_by_role("link", name="Write it down")).to_be_visible()
    page.close()
