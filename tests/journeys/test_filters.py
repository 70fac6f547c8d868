"""The editor of conditions and of what a filter does, in a browser, mostly without the mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.conftest import LiveSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("filters", "admin", "desk", "auth_password"),
    pytest.mark.xdist_group("crawl"),
]


@pytest.fixture
def editor(signed_in: BrowserContext, furnished: LiveSite) -> Iterator[Page]:
    """A new filter's page."""
    page = signed_in.new_page()
    page.goto(f"{furnished.url}/admin/filters/new")
    yield page
    page.close()


def written(page: Page) -> Any:
    """The conditions as the form will send them."""
    return json.loads(page.locator("textarea[name=conditions]").input_value())


def test_conditions_are_built_by_keyboard(editor: Page) -> None:
    """Each row's controls follow each other; what a button adds gets the focus; what is removed gives it back."""
    expect(editor.locator("textarea[name=conditions]")).to_be_hidden()
    editor.get_by_role("button", name="Condition").focus()
    editor.keyboard.press("Enter")
    row = editor.locator(".cond").first
    expect(row.get_by_label("Field")).to_be_focused()
    editor.keyboard.press("Tab")
    row.get_by_label("Comparison").select_option("contains_any")
    expect(row.get_by_label("Comparison")).to_be_focused()
    editor.keyboard.press("Tab")
    for word in ("fire", "Feuer"):
        editor.keyboard.type(word)
        editor.keyboard.press("Enter")
    editor.keyboard.type("smoke")
    editor.keyboard.press("Enter")
    editor.keyboard.press("Backspace")
    assert written(editor)["parts"] == [{"field": "subject", "operator": "contains_any", "value": ["fire", "Feuer"]}]
    editor.get_by_role("button", name="Group", exact=True).press("Enter")
    inner = editor.locator(".cond-group .cond-group")
    inner.get_by_label("How these are joined").select_option("none")
    inner.get_by_label("Field").select_option("channel")
    inner.get_by_label("Value").select_option(label="Phone")
    assert written(editor)["parts"][1] == {
        "mode": "none",
        "parts": [{"field": "channel", "operator": "is", "value": "phone"}],
    }
    inner.get_by_role("button", name="Remove group").press("Enter")
    assert len(written(editor)["parts"]) == 1
    expect(row.get_by_label("Field")).to_be_focused()


def test_a_filter_is_tried_before_it_is_saved(editor: Page, furnished: LiveSite) -> None:
    """Actions are added, the dry run fills the side of the page while the form keeps what was written, then it is saved."""
    editor.get_by_label("Name").fill("Made in a browser")
    editor.get_by_role("button", name="Condition").click()
    editor.locator(".cond").get_by_label("Value").fill("Welcome")
    editor.get_by_label("Action", exact=True).select_option("priority")
    editor.get_by_role("button", name="Add action").click()
    expect(editor).to_have_url(re.compile("#actions$"))
    editor.locator("[name=action-0-to]").select_option(label="High")
    editor.get_by_role("button", name="Dry run").click()
    expect(editor.get_by_text("Would be handled differently")).to_be_visible(timeout=30_000)
    expect(editor.get_by_label("Name")).to_have_value("Made in a browser")
    assert written(editor)["parts"][0]["value"] == "Welcome"
    editor.get_by_role("button", name="Save filter").click()
    expect(editor.get_by_text("The filter Made in a browser is saved.")).to_be_visible()
