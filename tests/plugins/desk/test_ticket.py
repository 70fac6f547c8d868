"""The ticket page: what stands on it, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundFile,
    InboundMessage,
    NotificationHooks,
    Recipient,
    ReplyDraft,
    Ticket,
    access_ticket,
    intake,
    site,
    system,
    threads,
)
from hookdesk.testing.instances import Client
from hookdesk_desk import thread

pytestmark = pytest.mark.plugins("desk", "storage_fs")
MakeTicket = Callable[..., Ticket]


def page(client: Client, path: str) -> LexborHTMLParser:
    """A page, parsed."""
    response = client.get(path)
    assert response.status_code == 200, path
    return LexborHTMLParser(response.data)


def test_scripts_find_the_forms_and_the_number_by_their_names(desk: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket().number
    tree = page(desk, f"/agent/tickets/{number}")
    reply, note = tree.css_first('form[name="reply"]'), tree.css_first('form[name="note"]')
    assert {node.attributes["name"] for node in reply.css("[name]")} >= {
        "csrf_token",
        "message",
        "status",
        "attachments",
        "seen",
    }
    assert {node.attributes["name"] for node in note.css("[name]")} >= {"csrf_token", "message", "attachments"}
    assert {"pending", "solved", "closed"} <= {node.attributes.get("value") for node in reply.css("option")}
    assert tree.css_first("[data-ticket-number]").attributes["data-ticket-number"] == number


def test_mails_to_agents_can_lead_to_the_page(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Callable[..., Any]
) -> None:
    ticket = make_ticket()

    def url(agent_id: int | None) -> Any:
        recipient = Recipient("x@example.org", "X", "assignee", user_id=ticket.user_id, agent_id=agent_id)
        view = access_ticket(system(), ticket.id)
        return site().hooks.first(NotificationHooks.ticket_url, ticket=view, recipient=recipient)

    whole = inside(lambda: url(ada.agent_id))
    assert whole == f"http://127.0.0.1:8000/agent/tickets/{ticket.number}"
    assert ticket.subject in page(desk, urlsplit(whole).path).css_first("h1").text()
    assert inside(lambda: url(None)) is None  # the desk is no place for requesters


def test_entries_stand_from_old_to_new_with_the_log_between(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Callable[..., Any]
) -> None:
    ticket = make_ticket(text="first words")
    inside(lambda: threads.post(ada, ReplyDraft(ticket.id, "note", "a note among us")))
    desk.submit(f"/agent/tickets/{ticket.number}", {"priority": "high"}, to=f"/agent/tickets/{ticket.number}/priority")
    inside(lambda: threads.post(ada, ReplyDraft(ticket.id, "response", "last words")))
    tree = page(desk, f"/agent/tickets/{ticket.number}")
    text = tree.css_first(".thread").text()
    places = [
        text.index(words) for words in ("first words", "a note among us", "set the priority to High", "last words")
    ]
    assert places == sorted(places)
    assert tree.css_first(".entry-note").css_first(".badge-note") is not None
    assert [node.text().strip() for node in tree.css(".entry-reply .entry-body")] == ["last words"]


def test_paragraphs_lines_and_links_of_plain_text_are_kept_and_nothing_else_works(
    desk: Client, make_ticket: MakeTicket
) -> None:
    text = "one\ntwo\n\n<script>alert(1)</script> https://example.org/a?b=1&c=2. javascript:alert(1)"
    body = page(desk, f"/agent/tickets/{make_ticket(text=text).number}").css_first(".entry-body")
    assert next(node.html for node in body.css("p")) == "<p>one<br>two</p>"
    assert body.css_first("script") is None
    assert [node.attributes["href"] for node in body.css("a")] == ["https://example.org/a?b=1&c=2"]
    assert body.css_first("a").attributes["rel"] == "noopener noreferrer nofollow"


def html_ticket(inside: Callable[..., Any], html: str, *files: InboundFile) -> str:
    """The number of a ticket whose message is HTML."""
    message = InboundMessage("email", "grace@example.org", "Grace", "Pictures", html=html, files=files)
    settled = inside(lambda: intake.submit(message, ANONYMOUS))
    ticket_id = settled.ticket_id
    return str(inside(lambda: intake.reading().scalar(intake.select(Ticket.number).where(Ticket.id == ticket_id))))


HTML = '<p>See</p><img src="cid:photo@here" alt="ours"><img src="https://tracker.example/p.gif" alt="theirs"><img src="cid:gone">'


def test_pictures_sent_along_are_shown_and_those_from_elsewhere_wait(desk: Client, inside: Callable[..., Any]) -> None:
    number = html_ticket(inside, HTML, InboundFile("photo.png", "image/png", b"png", "photo@here"))
    response = desk.get(f"/agent/tickets/{number}")
    tree = LexborHTMLParser(response.data)
    sources = [node.attributes.get("src") for node in tree.css(".entry-body img")]
    assert sources[0] is not None
    assert sources[0].startswith("/agent/attachments/")
    assert desk.get(sources[0]).data == b"png"
    assert sources[1:] == [None, None]
    assert tree.css_first(".entry .files") is None  # it is seen where it belongs
    assert "1 remote image not loaded" in tree.css_first(".blocked").text()
    assert "https:" not in response.headers["Content-Security-Policy"]


def test_pictures_from_elsewhere_are_shown_once_they_are_asked_for(desk: Client, inside: Callable[..., Any]) -> None:
    number = html_ticket(inside, HTML, InboundFile("photo.png", "image/png", b"png", "photo@here"))
    asked = page(desk, f"/agent/tickets/{number}").css_first(".blocked a").attributes["href"]
    assert asked is not None
    response = desk.get(asked)
    assert "https://tracker.example/p.gif" in [
        node.attributes.get("src") for node in LexborHTMLParser(response.data).css(".entry-body img")
    ]
    policy = response.headers["Content-Security-Policy"]
    assert "img-src 'self' data: https: http:" in policy
    assert "script-src 'self'" in policy


def test_attachments_show_name_size_and_type_and_are_sandboxed(desk: Client, make_ticket: MakeTicket) -> None:
    ticket = make_ticket(files=[InboundFile("report.pdf", "application/pdf", b"x" * 318_000)])
    file = page(desk, f"/agent/tickets/{ticket.number}").css_first(".file")
    assert "report.pdf" in file.text()
    assert "318 kB" in file.text()
    assert "application/pdf" in file.text()
    response = desk.get(str(file.attributes["href"]))
    assert response.data == b"x" * 318_000
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_quoted_text_is_folded(desk: Client, make_ticket: MakeTicket, inside: Callable[..., Any]) -> None:
    ticket = make_ticket()
    text = "New words.\n\n> old words"
    again = InboundMessage("email", "grace@example.org", text=text, reply="New words.", ticket_id=ticket.id)
    inside(lambda: intake.submit(again, ANONYMOUS))
    entry = page(desk, f"/agent/tickets/{ticket.number}").css(".entry")[-1]
    assert entry.css_first(".entry-body").text().strip() == "New words."
    assert "old words" in entry.css_first("details.fold .quoted").text()


def test_a_long_thread_comes_in_parts(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "MOST_ENTRIES", 3)
    ticket = make_ticket(text="entry 0")
    for place in range(1, 5):
        inside(lambda place=place: threads.post(ada, ReplyDraft(ticket.id, "note", f"entry {place}")))
    tree = page(desk, f"/agent/tickets/{ticket.number}")
    assert [node.text().strip() for node in tree.css(".entry-body")] == ["entry 2", "entry 3", "entry 4"]
    earlier = next(
        node.attributes["href"] for node in tree.css(".thread a") if "before=" in str(node.attributes["href"])
    )
    assert [node.text().strip() for node in page(desk, str(earlier)).css(".entry-body")] == ["entry 0", "entry 1"]


def test_the_requester_stands_beside_with_the_number_of_their_tickets(desk: Client, make_ticket: MakeTicket) -> None:
    make_ticket("one")
    ticket = make_ticket("two")
    panel = page(desk, f"/agent/tickets/{ticket.number}").css_first("#properties")
    assert "grace@example.org" in panel.text()
    link = next(node for node in panel.css("a") if "2 tickets" in node.text())
    assert link.attributes["href"] == f"/agent/queues/requester-{ticket.user_id}"


def test_tickets_of_a_requester_with_very_many_are_counted_so_far_and_no_further(
    desk: Client, make_ticket: MakeTicket, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ticket("one")
    ticket = make_ticket("two")
    monkeypatch.setattr("hookdesk_desk.people.MOST_COUNTED", 1)
    assert "1+ tickets" in page(desk, f"/agent/tickets/{ticket.number}").css_first("#requester").text()


def test_one_steps_through_the_queue_one_came_from(desk: Client, make_ticket: MakeTicket) -> None:
    first, second, third = (make_ticket(name).number for name in ("first", "second", "third"))
    trail = "?queue=open&sort=oldest"
    assert desk.get(f"/agent/tickets/{second}/next{trail}").headers["Location"] == f"/agent/tickets/{third}{trail}"
    assert desk.get(f"/agent/tickets/{second}/previous{trail}").headers["Location"] == f"/agent/tickets/{first}{trail}"
    last = desk.get(f"/agent/tickets/{third}/next{trail}", follow_redirects=True)
    assert last.request.full_path == "/agent/?sort=oldest"
    assert "That was the last ticket of this queue." in last.get_data(as_text=True)


@pytest.mark.parametrize("number", ["99999", "nonsense", "x" * 500, "'; --"])
def test_a_ticket_that_is_not_there_is_not_found(desk: Client, number: str) -> None:
    assert desk.get(f"/agent/tickets/{number}").status_code == 404


def test_without_permissions_the_page_is_for_reading(
    desk: Client, ada: Actor, give_role: Callable[..., Actor], make_ticket: MakeTicket
) -> None:
    give_role(ada)
    tree = page(desk, f"/agent/tickets/{make_ticket().number}")
    assert tree.css_first('form[name="reply"]') is None
    assert tree.css_first('form[name="note"]') is not None, "every agent may write notes"
    assert tree.css("#props form") == []
    assert "Assign to me" not in tree.body.text()
    assert "Delete" not in tree.css_first(".toolbar").text()


@pytest.mark.plugins("desk", "storage_fs", "topics")
@pytest.mark.requires("topics")
def test_the_help_topic_stands_among_the_properties(
    desk: Client, make_ticket: MakeTicket, inside: Callable[..., Any]
) -> None:
    from hookdesk_topics import tree as topics

    chosen = inside(lambda: next(node for node in topics.nodes() if node.is_public))
    ticket = make_ticket(topic=chosen.ref)
    assert chosen.label in page(desk, f"/agent/tickets/{ticket.number}").css_first("#props").text()


def test_the_menu_of_a_message_is_fetched_when_it_is_opened(desk: Client, make_ticket: MakeTicket) -> None:
    ticket = make_ticket()
    page = LexborHTMLParser(desk.get(f"/agent/tickets/{ticket.number}").data)
    link = page.css_first(".entry .pop a")
    url = str(link.attributes["href"])
    assert "Link to it" not in (page.body.text() if page.body else "")
    part = desk.get(url, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Link to it" in part
    assert "<html" not in part
    assert "<html" in desk.get(url).get_data(as_text=True)
    other = make_ticket("Another", email="other@example.org")
    assert desk.get(url.replace(ticket.number, other.number)).status_code == 404
