"""What the ticket's page leads to: entries edited and sent again, paper, the log, handing over, the requester's other tickets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from hookdesk.api import (
    Actor,
    InboundFile,
    OutboxEvent,
    ReplyDraft,
    Ticket,
    attachments,
    clock,
    reading,
    threads,
)
from hookdesk.testing.instances import Client

pytestmark = pytest.mark.plugins("desk", "storage_fs", "portal")
Inside = Callable[..., Any]
Make = Callable[..., Ticket]


@pytest.fixture
def answered(make_ticket: Make, ada: Actor, inside: Inside) -> tuple[Ticket, int]:
    """A ticket with a note and an answer, and the answer's id."""
    ticket = make_ticket()

    def work() -> int:
        threads.post(ada, ReplyDraft(ticket.id, "note", "Between us"))
        return threads.post(ada, ReplyDraft(ticket.id, "response", "We ship on Monday"))

    return ticket, inside(work)


def test_what_one_wrote_is_changed_and_says_so(desk: Client, answered: tuple[Ticket, int]) -> None:
    ticket, entry_id = answered
    page = f"/agent/tickets/{ticket.number}/entries/{entry_id}"
    assert f"{page}/edit" in desk.get(page).text
    assert "We ship on Monday" in desk.get(f"{page}/edit").text
    assert desk.submit(f"{page}/edit", {"message": " "}).status_code == 422
    changed = desk.submit(f"{page}/edit", {"message": "We ship on Friday"})
    assert "We ship on Friday" in changed.text
    badge = LexborHTMLParser(changed.data).css_first(f"#entry-{entry_id} .entry-head .badge")
    assert badge.text() == "Edited"
    assert "We ship on Monday" in desk.get(str(badge.attributes["href"])).text


def test_what_the_editor_cannot_hold_is_edited_as_html_and_keeps_its_pictures(
    desk: Client, ada: Actor, make_ticket: Make, inside: Inside
) -> None:
    """A picture sent along is at hand for the editor; a table and a picture from elsewhere outlive a change of words."""
    ticket = make_ticket()
    picture = inside(lambda: attachments.store(InboundFile("a.png", "image/png", b"png", content_id="a@inline")))
    shown, remote = (
        '<div>See <img src="cid:a@inline" alt="a"></div>',
        '<img alt="b" src="https://elsewhere.example/b.png">',
    )

    def post(html: str) -> int:
        return int(inside(lambda: threads.post(ada, ReplyDraft(ticket.id, "note", "", html, stored=(picture,)))))

    first, second = (f"/agent/tickets/{ticket.number}/entries/{post(html)}/edit" for html in (shown, f"Old {remote}"))
    box = LexborHTMLParser(desk.get(first).data).css_first("[data-rich]")
    assert [file["cid"] for file in json.loads(str(box.attributes["data-files"]))] == ["a@inline"]
    tree = LexborHTMLParser(desk.get(second).data)
    assert tree.css_first("[data-rich]") is None
    source = tree.css_first("textarea[name=message]").text()
    changed = desk.submit(second, {"message": ["", source.replace("Old", "New")]})
    entry = LexborHTMLParser(changed.data).css(".entry")[-1]
    assert "New" in entry.css_first(".entry-body").text()
    assert "1 remote image not loaded" in entry.css_first(".blocked").text()


def test_others_words_are_not_offered_for_change(desk: Client, make_ticket: Make) -> None:
    ticket = make_ticket()
    first = LexborHTMLParser(desk.get(f"/agent/tickets/{ticket.number}").data).css_first(".entry").attributes["id"]
    page = f"/agent/tickets/{ticket.number}/entries/{str(first).removeprefix('entry-')}"
    assert "/edit" not in desk.get(page).text
    assert desk.submit(f"{page}/edit", {"message": "Mine now"}).status_code == 403


def test_a_reply_is_sent_again(desk: Client, answered: tuple[Ticket, int], inside: Inside) -> None:
    ticket, entry_id = answered
    page = f"/agent/tickets/{ticket.number}/entries/{entry_id}/resend"
    assert desk.submit(page, {"to": "99999"}).status_code == 422
    assert "on its way again" in desk.submit(page, {"to": str(ticket.user_id)}).text
    asked = select(OutboxEvent.data).where(OutboxEvent.name == "resend_requested")
    assert inside(lambda: reading().scalar(asked))["user_ids"] == [ticket.user_id]


def test_paper_has_notes_and_changes_only_if_wanted(desk: Client, answered: tuple[Ticket, int]) -> None:
    number = answered[0].number
    desk.submit(f"/agent/tickets/{number}", {"priority": "high"}, to=f"/agent/tickets/{number}/priority")
    path = f"/agent/tickets/{number}/print"
    plain, whole = desk.get(path).text, desk.get(f"{path}?notes=1&changes=1").text
    for words, where in (("We ship on Monday", plain), ("Between us", whole), ("set the priority", whole)):
        assert words in where
    assert "Between us" not in plain
    assert "set the priority" not in plain
    assert "set the priority" in desk.get(f"/agent/tickets/{number}/log").text


def test_a_ticket_is_handed_over_with_a_note(
    desk: Client, make_ticket: Make, make_agent: Callable[..., Actor], stored: Callable[[str], Any]
) -> None:
    ticket, bob = make_ticket(), make_agent("bob", "Bob")
    page = f"/agent/tickets/{ticket.number}/hand-over"
    refused = desk.submit(page, {"assignee": "99999", "note": "Please call back"})
    assert refused.status_code == 422
    assert "Please call back" not in refused.text, "it stands in the thread already"
    assert stored(ticket.number).assignee_id is None
    done = desk.submit(page, {"note": "", "assignee": str(bob.agent_id), "status": "pending"})
    assert "is handed over" in done.text
    assert "Please call back" in done.text
    after = stored(ticket.number)
    assert (after.assignee_id, after.state, after.status_id != ticket.status_id) == (bob.agent_id, "open", True)


def test_the_requesters_other_tickets_are_fetched_when_wanted(desk: Client, make_ticket: Make) -> None:
    first, second = make_ticket("Fire"), make_ticket("Smoke")
    page = desk.get(f"/agent/tickets/{first.number}").text
    assert f"/agent/tickets/{first.number}/others" in page
    assert "Smoke" not in page
    found = desk.get(f"/agent/tickets/{first.number}/others").text
    assert second.number in found
    assert first.number not in found


@pytest.mark.requires("sla")
@pytest.mark.plugins("desk", "storage_fs", "portal", "sla")
def test_a_ticket_is_marked_as_overdue(desk: Client, make_ticket: Make, stored: Callable[[str], Any]) -> None:
    ticket = make_ticket()
    page = f"/agent/tickets/{ticket.number}"
    assert "Mark as overdue" in desk.get(page).text
    done = desk.submit(page, to=f"/agent/sla/tickets/{ticket.number}/due-now")
    assert "Mark as overdue" not in done.text
    assert stored(ticket.number).due_at <= clock.now()
