"""What an agent does in the desk, by keys alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

MOST_TABS = 80


class Keys:
    """The same acts as `Mouse`'s. Nothing is clicked, and no address is typed."""

    def __init__(self, page: Page, url: str) -> None:
        """`page` is signed in."""
        self.page, self.url = page, url

    def press(self, *keys: str) -> None:
        """One after the other, once the page's scripts are there."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def jump(self, words: str, expected: str) -> None:
        """Through the palette."""
        self.press("Control+k")
        expect(self.page.locator("#palette input")).to_be_focused()
        self.page.keyboard.type(words)
        expect(self.page.locator("#palette [aria-selected=true]")).to_contain_text(expected)
        self.press("Enter")

    def tab_to(self, label: str, back: bool = False) -> None:
        """Until what is focused says so."""
        said = "const e = document.activeElement; return e.getAttribute('aria-label') || (e.labels && e.labels[0] || e).textContent"
        for _ in range(MOST_TABS):
            self.press("Shift+Tab" if back else "Tab")
            if label in self.page.evaluate(f"() => {{ {said} }}"):
                return
        raise AssertionError(f"{label} is not reached by Tab")

    def _open(self, queue: str, subject: str) -> None:
        """From the list, oldest first, down to the row."""
        self.jump(queue, queue)
        expect(self.page.get_by_role("heading", name=queue, exact=True)).to_be_visible()
        rows = self.page.locator("tbody tr a.subject").all_inner_texts()
        place = next(number for number, words in enumerate(rows) if words.strip() == subject)
        self.press(*["j"] * (place + 1), "o")
        expect(self.page.get_by_role("heading", name=subject)).to_be_visible()

    def close_all_of(self, subject: str, most: int) -> None:
        """Close every ticket of the requester who sent this one."""
        self.find(subject.split()[0], subject)
        self.tab_to(f"{most} tickets")
        self.press("Enter")
        expect(self.page.locator("tbody tr").first).to_be_visible()
        self.press("j", "x")
        self.tab_to("All of this list")
        self.press("Space", "s")
        expect(self.page.get_by_role("dialog").get_by_role("button").first).to_be_focused()
        for _ in range(10):
            if self.page.evaluate("() => document.activeElement.textContent.trim()") == "Closed":
                break
            self.press("ArrowDown")
        self.press("Enter")
        expect(self.page.get_by_text(f"{most} tickets").first).to_be_visible(timeout=30_000)

    def triage(self, subject: str) -> None:
        """Take it, and say that it is urgent."""
        self._open("Unassigned", subject)
        self.jump("assign to me", "Assign to me")
        expect(self.page.get_by_role("button", name="Assign to me")).to_have_count(0)
        self.jump("priority high", "High")
        expect(self.page.locator("#props .saved")).to_be_visible()

    def answer(self, subject: str, canned: str, words: str) -> None:
        """With a canned response."""
        self._open("Mine", subject)
        self.press("r")
        expect(self.page.locator("#reply trix-editor")).to_be_focused()
        self.page.keyboard.type("/")
        expect(self.page.locator("[data-picker] input")).to_be_focused()
        self.page.keyboard.type(canned)
        expect(self.page.locator("[data-picker] [aria-selected=true]")).to_contain_text(canned)
        self.press("Enter")
        expect(self.page.locator("#reply")).to_contain_text(words)
        self.press("Control+Enter")
        expect(self.page.locator(".toast", has_text="Reply sent")).to_be_visible()

    def merge(self, subject: str, *others: str) -> None:
        """Others of the same requester go into this one."""
        self._open("Mine", subject)
        self.jump("merge or link", "Merge or link")
        expect(self.page.get_by_role("checkbox", name=others[0])).to_be_visible()
        for other in others:
            self.tab_to(other)
            self.press("Space")
        self.tab_to("Do it")
        self.press("Enter")
        expect(self.page.locator("#related li")).to_have_count(len(others))

    def undo_one_merge(self) -> None:
        """The last one, of the ticket that is open."""
        before = self.page.locator("#related li").count()
        self.tab_to("Undo the merge")
        self.press("Enter")
        expect(self.page.locator("#related li")).to_have_count(before - 1)

    def _of_entry(self, what: str) -> None:
        """Something that can be done with the newest message, by its menu, from the composer up."""
        self.press("r")
        expect(self.page.locator("#reply trix-editor")).to_be_focused()
        self.tab_to("More actions", back=True)
        self.press("Enter")
        expect(self.page.get_by_role("link", name=what)).to_be_visible()
        self.tab_to(what)
        self.press("Enter")

    def split(self, subject: str, new: str) -> None:
        """A ticket of its own for the newest message."""
        self._open("Unassigned", subject)
        self._of_entry("Split into a new ticket")
        expect(self.page.get_by_label("Subject of the new ticket")).to_be_visible()
        self.tab_to("Subject of the new ticket")
        self.press("Control+a")
        self.page.keyboard.type(new)
        self.press("Enter")
        expect(self.page.get_by_role("heading", name=new)).to_be_visible()

    def find(self, word: str, subject: str) -> None:
        """By a word of its text."""
        self.press("/")
        expect(self.page.get_by_placeholder("Search tickets")).to_be_focused()
        self.page.keyboard.type(word)
        self.press("Enter")
        expect(self.page.locator("main").get_by_role("link", name=subject).first).to_be_visible()
        rows = self.page.locator("tbody tr a.subject").all_inner_texts()
        place = next(number for number, words in enumerate(rows) if subject in words)
        self.press(*["j"] * (place + 1), "o")
        expect(self.page.get_by_role("heading", name=subject)).to_be_visible()

    def hand_over(self, subject: str, note: str, colleague: str) -> None:
        """With a word on what is to be done."""
        self._open("Mine", subject)
        self.press("n")
        expect(self.page.locator("#note trix-editor")).to_be_focused()
        self.page.keyboard.type(note)
        self.press("Control+Enter")
        expect(self.page.locator(".entry-note", has_text=note)).to_be_visible()
        self.jump(f"assignee {colleague}", colleague)
        expect(self.page.locator("#props .saved")).to_be_visible()

    def write_article(self, subject: str, title: str) -> None:
        """Of the answer that was given."""
        self._open("Mine", subject)
        self._of_entry("Make an article of it")
        expect(self.page.get_by_label("Title")).to_be_visible()
        self.tab_to("Title")
        self.page.keyboard.type(title)
        self.tab_to("State")
        self.page.keyboard.type("Published")
        self.tab_to("Save")
        self.press("Enter")
        expect(self.page.get_by_role("heading", name=title).first).to_be_visible()
