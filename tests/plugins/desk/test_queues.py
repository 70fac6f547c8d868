"""What an agent sees in the queues, and how they get around in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from hookdesk.api import Actor, Ticket, threads, tickets
from hookdesk.testing.instances import Client
from hookdesk.types.drafts import ReplyDraft
from hookdesk_desk.settings import Settings
from hookdesk_desk.views.queue import LONG, is_long

pytestmark = pytest.mark.plugins("desk", "storage_fs")
MakeTicket = Callable[..., Ticket]


def listed(client: Client, path: str) -> list[str]:
    """The numbers on a page, in order."""
    response = client.get(path)
    assert response.status_code == 200, path
    return [node.text() for node in LexborHTMLParser(response.data).css(".queue .number")]


def links(client: Client, path: str, rel: str) -> str:
    """The address of the next or previous page, or ""."""
    node = LexborHTMLParser(client.get(path).data).css_first(f'a[rel="{rel}"]')
    return str(node.attributes["href"]) if node else ""


def counts(client: Client) -> dict[str, str]:
    """What the sidebar counts, by name."""
    tree = LexborHTMLParser(client.get("/agent/").data)
    return {
        node.css_first(".cut").text(): node.css_first(".count").text()
        for node in tree.css(".sidebar li a")
        if node.css_first(".count")
    }


def test_a_visitor_is_led_to_the_sign_in_page(hookdesk_client: Client, make_ticket: MakeTicket) -> None:
    number = make_ticket().number
    for path in ("/agent/", "/agent/queues/closed", f"/agent/tickets/{number}", "/agent/tickets/new", "/agent/profile"):
        response = hookdesk_client.get(path)
        assert response.status_code == 302, path
        assert response.headers["Location"].endswith("/agent/login"), path


def test_the_open_queue_shows_number_subject_snippet_and_who(desk: Client, make_ticket: MakeTicket) -> None:
    ticket = make_ticket("The printer is on fire", "It has been burning since nine.", name="Grace Hopper")
    row = LexborHTMLParser(desk.get("/agent/").data).css_first(".queue tbody tr")
    for word in (
        ticket.number,
        "The printer is on fire",
        "It has been burning since nine.",
        "Grace Hopper",
        "Nobody",
        "Normal",
    ):
        assert word in row.text()
    assert row.css_first("a.subject").attributes["href"] == f"/agent/tickets/{ticket.number}?queue=open"


def test_each_queue_holds_what_its_name_says(
    desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Callable[..., Any]
) -> None:
    mine, free, waiting, done = (make_ticket(f"ticket {name}") for name in ("mine", "free", "waiting", "done"))
    desk.submit(f"/agent/tickets/{mine.number}", to=f"/agent/tickets/{mine.number}/claim")
    desk.submit(f"/agent/tickets/{waiting.number}", {"status": "pending"}, to=f"/agent/tickets/{waiting.number}/status")
    desk.submit(f"/agent/tickets/{done.number}", {"status": "solved"}, to=f"/agent/tickets/{done.number}/status")
    assert set(listed(desk, "/agent/")) == {mine.number, free.number, waiting.number}
    assert listed(desk, "/agent/queues/mine") == [mine.number]
    assert set(listed(desk, "/agent/queues/unassigned")) == {free.number, waiting.number}
    assert listed(desk, "/agent/queues/pending") == [waiting.number]
    assert listed(desk, "/agent/queues/closed") == [done.number]
    assert set(listed(desk, f"/agent/queues/requester-{mine.user_id}")) == {
        one.number for one in (mine, free, waiting, done)
    }
    expected = {
        "Open": "3",
        "Mine": "1",
        "Unassigned": "2",
        "Waiting for requester": "1",
        "Solved and closed": "1",
        "Support": "3",
    }
    assert counts(desk) == expected


def test_tickets_of_departments_where_one_does_not_work_are_nowhere(
    desk: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Callable[..., Any],
) -> None:
    hidden, shown = make_ticket("secret payroll matter", email="boss@example.org"), make_ticket()
    billing = make_department("Billing")
    boss = make_agent("boss", "The Boss", is_admin=True)
    inside(lambda: tickets.transfer(boss, hidden.id, billing))
    for path in ("/agent/", "/agent/queues/unassigned", "/agent/?sort=priority"):
        assert listed(desk, path) == [shown.number]
    assert counts(desk)["Open"] == "1"
    assert "Billing" not in counts(desk)
    assert desk.get(f"/agent/queues/department-{billing}").status_code == 404
    assert desk.get(f"/agent/queues/requester-{hidden.user_id}").status_code == 404
    assert desk.get(f"/agent/tickets/{hidden.number}").status_code == 404


def test_pages_lead_on_and_back_without_a_ticket_lost_or_doubled(
    desk: Client, make_ticket: MakeTicket, save_settings: Callable[..., None]
) -> None:
    numbers = [make_ticket(f"ticket {place}").number for place in range(25)]
    save_settings("desk", Settings, page_size=10)
    seen, path = [], "/agent/?sort=oldest"
    while path:
        seen.append(listed(desk, path))
        last, path = path, links(desk, path, "next")
    assert [number for page in seen for number in page] == numbers
    assert [len(page) for page in seen] == [10, 10, 5]
    assert listed(desk, links(desk, last, "prev")) == seen[1]


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "after=2026-01-01T00:00:00~5",
        "before=1~1",
        f"after=1~{10**30}",
        "sort=nonsense",
        "only=nonsense",
        "since=x",
        f"since={10**30}",
    ],
)
def test_nonsense_in_the_address_is_no_error(desk: Client, make_ticket: MakeTicket, query: str) -> None:
    make_ticket()
    assert desk.get(f"/agent/?{query}").status_code in (200, 204)


@pytest.mark.parametrize("queue", ["nonsense", "department-999", "department-x", "requester-0", f"requester-{10**17}"])
def test_a_queue_that_is_not_there_is_not_found(desk: Client, queue: str) -> None:
    assert desk.get(f"/agent/queues/{queue}").status_code == 404


def test_filters_narrow_a_queue(desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Callable[..., Any]) -> None:
    answered, waiting = make_ticket("answered"), make_ticket("waiting")
    inside(lambda: threads.post(ada, ReplyDraft(answered.id, "response", "Here you are.")))
    inside(lambda: tickets.assign(ada, answered.id, ada.agent_id))
    assert listed(desk, "/agent/?only=unanswered") == [waiting.number]
    assert listed(desk, "/agent/?only=mine") == [answered.number]
    assert listed(desk, "/agent/?only=unassigned") == [waiting.number]
    rows = LexborHTMLParser(desk.get("/agent/").data).css(".queue tbody tr")
    heavier = {row.css_first(".number").text(): "unread" in (row.attributes.get("class") or "") for row in rows}
    assert heavier == {answered.number: False, waiting.number: True}


def test_the_most_urgent_comes_first_when_sorted_by_priority(desk: Client, make_ticket: MakeTicket) -> None:
    numbers = {key: make_ticket(key).number for key in ("low", "emergency", "high")}
    for key, number in numbers.items():
        desk.submit(f"/agent/tickets/{number}", {"priority": key}, to=f"/agent/tickets/{number}/priority")
    assert listed(desk, "/agent/?sort=priority") == [numbers["emergency"], numbers["high"], numbers["low"]]


def test_a_long_subject_is_whole_and_the_snippet_gives_way(desk: Client, make_ticket: MakeTicket) -> None:
    make_ticket("ja " * 160 + "end", "the snippet")
    cell = LexborHTMLParser(desk.get("/agent/").data).css_first(".c-subject > div")
    assert cell.attributes["class"] == "is-long"
    assert cell.css_first(".subject").text().strip().endswith("end")
    assert cell.css_first(".snippet") is None


def test_wide_letters_take_more_room() -> None:
    assert not is_long("x" * LONG)
    assert is_long("x" * (LONG + 1))
    assert is_long("請" * (LONG // 2 + 1))
    assert not is_long("é" * LONG)


def test_words_of_others_are_escaped(desk: Client, make_ticket: MakeTicket) -> None:
    make_ticket("<script>alert(1)</script>", "<img src=x onerror=alert(2)>", name="<b>Mallory</b>")
    page = desk.get("/agent/").get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "<b>Mallory" not in page


def test_an_empty_queue_says_what_it_is(desk: Client) -> None:
    assert "No open tickets" in desk.get("/agent/").get_data(as_text=True)
    assert "Nothing is waiting for you" in desk.get("/agent/queues/mine").get_data(as_text=True)


def test_an_agent_may_begin_with_another_queue(
    desk: Client, make_ticket: MakeTicket, save_settings: Callable[..., None]
) -> None:
    number = make_ticket().number
    save_settings("desk", Settings, default_queue="mine")
    assert listed(desk, "/agent/") == []
    assert listed(desk, "/agent/queues/open") == [number]
    assert desk.get("/agent/queues/mine").headers["Location"] == "/agent/"


def test_news_are_told_without_a_page_if_there_are_none(
    desk: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    make_department: Callable[[str], int],
    inside: Callable[..., Any],
) -> None:
    make_ticket()
    live = LexborHTMLParser(desk.get("/agent/").data).css_first("[data-live]").attributes["data-live"]
    assert live is not None
    assert desk.get(live).status_code == 204
    elsewhere, boss, billing = make_ticket("elsewhere"), make_agent("boss", is_admin=True), make_department("Billing")
    inside(lambda: tickets.transfer(boss, elsewhere.id, billing))
    assert desk.get(live).status_code == 204, "what one may not see is no news"
    make_ticket("news")
    assert desk.get(live).status_code == 200
