"""The desk without a mouse: keys lead where the list of keys says, and the cursor can be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.conftest import LiveSite
from tests.journeys.furnished import ODD_TICKET

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


def test_a_ticket_is_found_selected_and_opened(desk: Page) -> None:
    """`j` goes down the list, `x` selects, `s` leads to the status of all that is selected, `o` opens."""
    desk.keyboard.press("j")
    subject = desk.locator("tr.cursor a.subject")
    expect(subject).to_be_focused()
    where = (subject.get_attribute("href") or "").partition("?")[0]
    desk.keyboard.press("x")
    expect(desk.locator("tbody .check:checked")).to_have_count(1)
    desk.keyboard.press("s")
    expect(desk.get_by_role("dialog").get_by_role("button").first).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("o")
    expect(desk).to_have_url(re.compile(rf"{re.escape(where)}\b"))


def test_escape_leaves_the_composer_and_keeps_what_was_written(desk: Page, furnished: LiveSite) -> None:
    """`r` and `n` write, Escape goes to the thread, and from there single keys work again."""
    desk.goto(f"{furnished.url}/agent/tickets/{ODD_TICKET}")
    note, reply = (desk.locator(f"#{mode} trix-editor") for mode in ("note", "reply"))
    desk.keyboard.press("n")
    expect(note).to_be_focused()
    desk.keyboard.type("See r and n")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("region", name="Thread")).to_be_focused()
    desk.keyboard.press("r")
    expect(reply).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    expect(note).to_be_focused()
    expect(desk.locator("#note-message")).to_have_value("See r and n")
    desk.keyboard.press("ControlOrMeta+a")
    desk.keyboard.press("Backspace")


def test_who_has_left_an_editor_is_not_fetched_back(desk: Page, furnished: LiveSite) -> None:
    """Neither when it arrives late, nor when it draws late what was typed."""
    held: list[Route] = []
    desk.goto(f"{furnished.url}/agent/tickets/{ODD_TICKET}")
    note, thread = desk.locator("#note trix-editor"), desk.get_by_role("region", name="Thread")
    desk.route(re.compile("/trix"), lambda route: held.append(route))
    with desk.expect_request(re.compile("/trix")):
        desk.keyboard.press("n")
    desk.keyboard.press("Escape")
    held[0].continue_()
    expect(desk.locator("#note-message")).to_be_hidden()  # the editor stands in its place
    expect(thread).to_be_focused()
    desk.keyboard.press("n")
    expect(note).to_be_focused()
    desk.evaluate("() => { window.drawn = []; window.requestAnimationFrame = (draw) => drawn.push(draw); }")
    desk.keyboard.type("See")
    desk.keyboard.press("Escape")
    desk.evaluate("() => drawn.forEach((draw) => draw())")
    expect(thread).to_be_focused()
    desk.keyboard.press("n")
    desk.keyboard.press("ControlOrMeta+a")
    desk.keyboard.press("Backspace")


def test_the_first_key_of_a_page_reaches_its_content(desk: Page) -> None:
    """The skip link is the first stop, can be seen, and leads past the navigation."""
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.locator("main")).to_be_focused()


def test_the_list_of_keys_opens_and_closes(desk: Page) -> None:
    """`?` shows it, Escape takes it away."""
    desk.keyboard.press("?")
    expect(desk.get_by_role("heading", name="Keys")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("heading", name="Keys")).to_be_hidden()


def test_times_stay_in_the_words_in_which_they_came(desk: Page) -> None:
    """The page refreshes them each minute; a column that says "4 min" does not turn into "4 min. ago"."""
    desk.clock.install()
    desk.reload()
    desk.clock.run_for(3 * 60_000 + 1000)
    times = desk.locator("tbody time").all_text_contents()
    assert times
    assert [time for time in times if not re.fullmatch(r"\d+ min", time)] == []


@pytest.mark.requires("palette")
def test_one_key_leads_anywhere_and_does_anything(desk: Page, furnished: LiveSite) -> None:
    """Ctrl+K: a queue by its name, a ticket by its number, and on a ticket whatever its page offers."""
    box = desk.get_by_role("combobox", name="Search or run")
    chosen = desk.locator("#palette [aria-selected=true]")
    held: list[Route] = []
    desk.route(re.compile("part=frame"), lambda route: held.append(route))
    with desk.expect_request(re.compile("part=frame")):
        desk.keyboard.press("Control+k")
    desk.keyboard.type("unasx")  # before it is there
    desk.keyboard.press("Backspace")
    held[0].continue_()
    desk.unroute_all()
    expect(box).to_have_value("unas")
    desk.keyboard.type("si")
    expect(chosen).to_contain_text("Unassigned")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile("unassigned"))
    desk.keyboard.press("Control+k")
    expect(box).to_be_focused()
    desk.keyboard.type(f"#{ODD_TICKET}")
    expect(chosen).to_contain_text(ODD_TICKET)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/agent/tickets/{ODD_TICKET}"))
    desk.keyboard.press("Control+k")
    desk.keyboard.type("internal")
    expect(chosen).to_contain_text("Internal note")
    desk.keyboard.press("Enter")
    expect(desk.locator("#note trix-editor")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Control+k")
    desk.keyboard.type("nothing of the kind")
    expect(desk.get_by_text("Nothing fits.")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(box).to_be_hidden()
