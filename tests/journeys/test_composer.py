"""Writing a reply: in an editor, with a pasted picture; kept on the server, found in another browser, sent, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import LiveSite, press_bold, sign_in
from tests.journeys.furnished import ODD_TICKET

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires("desk", "auth_password", "drafts", "storage_fs"),
    pytest.mark.xdist_group("crawl"),
]
SLOW_MS = 15_000
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """([html, png]) => {
  const data = new DataTransfer();
  if (html) data.setData("text/html", html);
  else data.items.add(new File([Uint8Array.from(atob(png), (one) => one.charCodeAt(0))], "shot.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector("#reply trix-editor").dispatchEvent(event);
}"""
"""Paste that HTML, or else a picture, into the reply."""


def write(page: Page, words: str) -> None:
    """Begin a reply with `r` and type."""
    page.keyboard.press("r")
    expect(page.locator("#reply trix-editor")).to_be_focused()
    page.keyboard.type(words)


def test_a_reply_is_written_kept_sent_and_taken_back(
    browser: Browser, signed_in: BrowserContext, furnished: LiveSite
) -> None:
    page = signed_in.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    url = f"{furnished.url}/agent/tickets/{ODD_TICKET}"
    page.goto(url)
    write(page, "Press the ")
    press_bold(page)
    page.keyboard.type("red")
    press_bold(page)
    page.keyboard.type(" button, see attachment: ")
    expect(page.locator("[data-attach-hint]")).to_be_visible()
    page.evaluate(
        PASTE, ['<p style="color: red"><i>now</i> <img src="https://elsewhere.example/a.png" alt=""></p>', ""]
    )
    with page.expect_event(
        "requestfinished", lambda request: "/drafts/" in request.url and b"cid:" in request.post_data_buffer
    ):
        page.evaluate(PASTE, ["", PNG])
    expect(page.locator("#reply trix-editor img")).to_have_attribute("alt", "shot.png")
    expect(page.locator("[data-attach-hint]")).to_be_hidden()
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved")
    with page.expect_event(
        "requestfinished",
        lambda request: "/drafts/" in request.url and request.post_data_buffer.count(b'name="kept"') == 2,
    ):
        page.set_input_files(
            "#reply-attachments", {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"The plan"}
        )
    expect(page.locator("#reply .fname")).to_have_text("plan.txt")
    page.close()

    other = browser.new_context(locale="en-GB")
    page = other.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, furnished)
    page.goto(url)
    editor = page.locator("#reply trix-editor")
    expect(editor.locator("strong")).to_have_text("red", timeout=SLOW_MS)  # the editor has to be loaded first
    expect(editor.locator("em")).to_have_text("now")
    expect(editor.locator("img")).to_have_attribute("alt", "shot.png")
    expect(page.locator("#reply .fname")).to_have_text("plan.txt")
    editor.press("ControlOrMeta+Enter")
    toast = page.locator(".toast", has_text="Reply sent")
    expect(toast.locator("[data-left]")).to_have_text(re.compile(r"\d+ s"))
    expect(page.locator(".entry-reply .entry-body img").last).to_be_visible()
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator(".composer-error")).to_contain_text("Your reply is here again")
    expect(editor.locator("strong")).to_have_text("red")
    expect(editor.locator("img")).to_be_visible()
    expect(page.locator(".entry-reply .entry-body strong", has_text="red")).to_have_count(0)
    page.get_by_role("button", name="Remove plan.txt").click()
    editor.press("ControlOrMeta+a")
    editor.press("Backspace")
    expect(page.locator("[data-draft-state]")).to_have_text("")
    other.close()
    assert complaints == []
