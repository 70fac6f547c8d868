"""A working day in the desk: once with the mouse, once as a script of keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys import working_site
from tests.journeys.by_keys import Keys
from tests.journeys.by_mouse import Mouse
from tests.journeys.conftest import LiveSite, make_site, sign_in, wait_until
from tests.journeys.working_site import JUNK, TRIAGED
from tests.servers.smtp import SmtpServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.requires(
        *("portal", "desk", "queues", "bulk", "search", "canned", "merge", "kb", "palette"),
        *("auth_password", "email_out", "storage_fs"),
    ),
]
ANSWERED = 10
WORDS = "Turn the key twice"


@pytest.fixture
def site(tmp_path: Path, smtp_server: SmtpServer) -> Iterator[LiveSite]:
    """What the morning brings."""
    made = make_site(tmp_path, smtp_server)
    working_site.fill(made)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def desk(browser: Browser, site: LiveSite) -> Iterator[Page]:
    """An agent's browser."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    sign_in(page, site)
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("hands", [Mouse, Keys])
def test_the_day(desk: Page, site: LiveSite, smtp_server: SmtpServer, hands: type[Mouse | Keys]) -> None:
    """Close the advertisements, triage, answer, merge and undo, split, find, hand over, and write down what was learned."""
    mine = hands(desk, site.url)
    for number in range(TRIAGED):
        mine.triage(f"Question {number:02}")
    for number in range(ANSWERED):
        mine.answer(f"Question {number:02}", "Open the lock", WORDS)
    mine.merge("Question 00", "Question 00 once more", "Question 00 again")
    mine.undo_one_merge()
    mine.split("Two things", "Where is my invoice?")
    mine.close_all_of(f"Advertisement {JUNK - 1}", JUNK)
    mine.find("zebra", "The zebra saddle squeaks")
    mine.hand_over("Question 11", "She wants to be called.", "Ben Baker")
    mine.write_article("Question 01", "How to open the lock")
    wait_until(lambda: arrived(smtp_server) >= ANSWERED, 60, lambda: f"{arrived(smtp_server)} answers arrived")


def arrived(smtp: SmtpServer) -> int:
    """How many mails bear the canned answer."""
    return sum(WORDS in str(one) for one in smtp.messages)
