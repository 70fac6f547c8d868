"""A question that needs no ticket, and an answer that others will find."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys.conftest import LiveSite, press_bold

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("portal", "desk", "auth_password", "kb", "storage_fs", "topics"),
    pytest.mark.xdist_group("crawl"),
]


def test_a_requester_finds_the_answer_while_writing(
    browser: Browser, furnished: LiveSite, signed_in: BrowserContext
) -> None:
    """The article opens above the form, what was typed stays, and that it helped is counted."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{furnished.url}/open")
    page.get_by_role("textbox", name="What happens").fill("It hisses.")
    with page.expect_response(lambda answer: "/help/counted" in answer.url):
        page.get_by_label("In one sentence").press_sequentially("My tyre is flat")
    page.get_by_role("link", name="Mend a flat tyre").click()
    dialog = page.get_by_role("dialog", name="Mend a flat tyre")
    expect(dialog.get_by_text("With a patch.")).to_be_visible()
    expect(dialog.get_by_role("heading", name="Mend a flat tyre")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="What happens")).to_have_value("It hisses.")
    page.get_by_role("link", name="Mend a flat tyre").click()
    dialog.get_by_role("button", name="This answered it").click()
    expect(page.get_by_role("heading", name="We are glad that it helped")).to_be_visible()
    context.close()
    desk = signed_in.new_page()
    desk.goto(f"{furnished.url}/agent/kb/answers")
    expect(desk.get_by_role("row", name=re.compile(r"Mend a flat tyre \d+ 1 1"))).to_be_visible()
    desk.close()


def test_the_search_box_answers_while_one_types(browser: Browser, furnished: LiveSite) -> None:
    """Arrows lead to what was found."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(furnished.url)
    page.get_by_role("searchbox").press_sequentially("flat ty")
    expect(page.locator("[data-kb-found]").get_by_role("link")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/help/en/\d+-mend-a-flat-tyre"))
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("We are glad that it helped")).to_be_visible()
    context.close()


def test_an_agent_makes_an_article_of_a_reply(signed_in: BrowserContext, furnished: LiveSite) -> None:
    """From the message's menu, over the editor, to the portal."""
    desk = signed_in.new_page()
    desk.goto(f"{furnished.url}/agent/tickets/10000")
    desk.locator("article.entry").first.locator("summary").click()
    desk.get_by_role("link", name="Make an article of it").click()
    title = desk.get_by_label("Title")
    expect(title).to_have_value("Welcome to your helpdesk")
    title.fill("What to try first")
    desk.locator("trix-editor").click()
    desk.keyboard.press("ControlOrMeta+a")
    desk.keyboard.type("Reply to a ticket, ")
    press_bold(desk)
    expect(desk.locator("[data-trix-attribute=bold]").first).to_have_class(re.compile("trix-active"))
    desk.keyboard.type("then look at it.")
    desk.get_by_label("State").select_option("Published")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator("article.kb-body strong")).to_have_text("then look at it.")
    desk.get_by_role("link", name="On the portal").click()
    expect(desk.get_by_role("heading", name="What to try first")).to_be_visible()
    desk.close()
