"""What an agent does in the desk, with the mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


class Mouse:
    """One agent's hands. Each act begins in a list and ends where the desk leads."""

    def __init__(self, page: Page, url: str) -> None:
        """`page` is signed in."""
        self.page, self.url = page, url

    def _open(self, queue: str, subject: str) -> None:
        self.page.goto(f"{self.url}/agent/queues/{queue}")
        self.page.get_by_role("link", name=subject, exact=True).click()
        expect(self.page.get_by_role("heading", name=subject)).to_be_visible()

    def close_all_of(self, subject: str, most: int) -> None:
        """Close every ticket of the requester who sent this one."""
        self.find(subject.split()[0], subject)
        self.page.locator(".panel").get_by_role("link", name=re.compile(r"tickets$")).click()
        self.page.locator("tbody .check").first.check()
        self.page.get_by_label("All of this list").check()
        self.page.get_by_role("button", name="Status", exact=True).click()
        self.page.get_by_role("dialog").get_by_role("button", name="Closed", exact=True).click()
        expect(self.page.get_by_text(f"{most} tickets").first).to_be_visible(timeout=30_000)

    def triage(self, subject: str) -> None:
        """Take it, and say that it is urgent."""
        self._open("unassigned", subject)
        self.page.get_by_role("button", name="Assign to me").click()
        expect(self.page.get_by_role("button", name="Assign to me")).to_have_count(0)
        self.page.get_by_label("Priority", exact=True).select_option(label="High")
        expect(self.page.locator("#props .saved")).to_be_visible()

    def answer(self, subject: str, canned: str, words: str) -> None:
        """With a canned response."""
        self._open("mine", subject)
        self.page.get_by_role("button", name="Canned response").first.click()
        self.page.get_by_role("option", name=canned).click()
        expect(self.page.locator("#reply")).to_contain_text(words)
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.locator(".toast", has_text="Reply sent")).to_be_visible()

    def merge(self, subject: str, *others: str) -> None:
        """Others of the same requester go into this one."""
        self._open("mine", subject)
        self.page.get_by_label("More actions").first.click()
        self.page.get_by_role("link", name="Merge or link…").click()
        for other in others:
            self.page.get_by_role("checkbox", name=other).check()
        self.page.get_by_role("radio", name="Merge them into this ticket").check()
        self.page.get_by_role("button", name="Do it", exact=True).click()
        expect(self.page.locator("#related li")).to_have_count(len(others))

    def undo_one_merge(self) -> None:
        """The last one, of the ticket that is open."""
        before = self.page.locator("#related li").count()
        self.page.get_by_role("button", name=re.compile("^Undo the merge")).first.click()
        expect(self.page.locator("#related li")).to_have_count(before - 1)

    def split(self, subject: str, new: str) -> None:
        """A ticket of its own for the newest message."""
        self._open("unassigned", subject)
        self.page.locator(".entry").last.get_by_label("More actions").click()
        self.page.get_by_role("link", name="Split into a new ticket…").click()
        self.page.get_by_label("Subject of the new ticket").fill(new)
        self.page.get_by_role("button", name="Split", exact=True).click()
        expect(self.page.get_by_role("heading", name=new)).to_be_visible()

    def find(self, word: str, subject: str) -> None:
        """By a word of its text."""
        box = self.page.get_by_placeholder("Search tickets")
        box.fill(word)
        box.press("Enter")
        self.page.locator("main").get_by_role("link", name=re.compile(subject)).first.click()
        expect(self.page.get_by_role("heading", name=subject)).to_be_visible()

    def hand_over(self, subject: str, note: str, colleague: str) -> None:
        """With a word on what is to be done."""
        self._open("mine", subject)
        self.page.locator("#composer").get_by_text("Internal note", exact=True).click()
        self.page.locator("#note trix-editor").click()
        self.page.keyboard.type(note)
        self.page.get_by_role("button", name="Add note").click()
        expect(self.page.locator(".entry-note", has_text=note)).to_be_visible()
        self.page.get_by_label("Assignee", exact=True).select_option(label=colleague)
        expect(self.page.locator("#props .saved")).to_be_visible()

    def write_article(self, subject: str, title: str) -> None:
        """Of the answer that was given."""
        self._open("mine", subject)
        self.page.locator(".entry-reply").get_by_label("More actions").click()
        self.page.get_by_role("link", name="Make an article of it").click()
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_label("State").select_option(label="Published")
        self.page.get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_role("heading", name=title).first).to_be_visible()
