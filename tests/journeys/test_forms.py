"""Fields of one's own in a real browser: they come with the topic, go with their condition, and keep what was written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import LiveSite

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("portal", "topics", "forms", "desk", "admin", "storage_fs"),
    pytest.mark.xdist_group("crawl"),
]
Axe = Callable[[Page], list[str]]


def test_the_topic_brings_its_fields_and_a_condition_shows_one_more(page: Page, furnished: LiveSite, axe: Axe) -> None:
    page.goto(furnished.url + "/open")
    page.fill("[name=subject]", "It is broken")
    expect(page.get_by_label("Web address")).to_have_count(0)
    page.select_option("[name=topic]", "topics:1")
    page.get_by_label("Web address").fill("example.org")
    system, name = page.locator("#field-its_choice"), page.locator("#field-its_system")
    expect(name).to_be_hidden()
    system.select_option("other")
    expect(name).to_be_visible()
    system.select_option("mac")
    expect(name).to_be_hidden()
    system.select_option("other")
    assert axe(page) == []
    page.get_by_role("button", name="Send ticket").click()
    expect(page.get_by_role("link", name="Name of the system")).to_be_visible()
    expect(page.locator("[name=subject]")).to_have_value("It is broken")
    expect(page.get_by_label("Web address")).to_have_value("example.org")
    expect(system).to_have_value("other")
    assert axe(page) == []
    page.select_option("[name=topic]", "topics:5")
    expect(system).to_have_count(0)


def test_a_long_list_is_searched(page: Page, furnished: LiveSite) -> None:
    page.goto(furnished.url + "/open?topic=topics:1")
    with page.expect_response("**/forms/items/*") as answer:
        page.locator("#field-its_list").press_sequentially("part 20")
    assert answer.value.json() == ["Part 200", "Part 201", "Part 202", "Part 203", "Part 204"]
    expect(page.locator("#field-its_list-list option")).to_have_count(5)


def test_without_javascript_a_button_brings_the_fields(browser: Browser, furnished: LiveSite) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(furnished.url + "/open")
    page.fill("[name=subject]", "It is broken")
    page.select_option("[name=topic]", "topics:1")
    page.get_by_role("button", name="Show the fields of this topic").click()
    expect(page.get_by_label("Web address")).to_be_visible()
    expect(page.locator("[name=subject]")).to_have_value("It is broken")
    expect(page.locator("#field-its_system")).to_be_visible()
    context.close()
