"""What a requester sees of a ticket, and how they answer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from tests.queries import counted

from hookdesk.api import (
    Actor,
    Collaborator,
    InboundFile,
    ReplyDraft,
    Status,
    ThreadEntry,
    Ticket,
    Verdict,
    actors,
    attachments,
    clock,
    people,
    reading,
    site,
    threads,
    tickets,
    transact,
)
from hookdesk.plugins.caller import Implementation
from hookdesk.testing import Client

pytestmark = pytest.mark.plugins("portal", "storage_fs")
Guest = Callable[[Ticket], Client]
MakeTicket = Callable[..., Ticket]
MakeAgent = Callable[..., Actor]
Ledger = Callable[[], Mapping[str, int]]


def status_id(key: str) -> int:
    return int(reading().scalar(select(Status.id).where(Status.key == key)))


def respond(
    app: Flask, agent: Actor, ticket: Ticket, text: str, kind: str = "response", status: str = "", html: str = ""
) -> None:
    with app.app_context():
        wanted = status_id(status) if status else None
        threads.post(agent, ReplyDraft(ticket_id=ticket.id, kind=kind, text=text, html=html, status_id=wanted))


def entries(app: Flask, ticket: Ticket) -> list[tuple[str, str]]:
    with app.app_context():
        rows = reading().all(
            select(ThreadEntry.kind, ThreadEntry.text)
            .where(ThreadEntry.ticket_id == ticket.id)
            .order_by(ThreadEntry.id)
        )
    return [(row.kind, row.text) for row in rows]


def page_of(client: Client, ticket: Ticket, query: str = "") -> str:
    page = client.get(f"/tickets/{ticket.number}{query}")
    assert page.status_code == 200
    return page.text


def status_on(page: str) -> str:
    found = re.search(r'<dd><span class="status[^>]*>(?:<svg.*?</svg>)([^<]*)<', page)
    assert found, page
    return found[1]


@pytest.fixture
def olga(hookdesk_app: Flask) -> Actor:
    """A requester with an account."""
    with hookdesk_app.app_context():
        user_id = transact(lambda session: people.ensure_user(session, "olga@example.org", "Ольга Петрова").id)
        actor = actors.requester_actor(user_id)
    assert actor is not None
    return actor


def test_the_thread_has_no_notes(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(), make_agent(role="All access")
    respond(hookdesk_app, ada, ticket, "We are on our way.")
    respond(hookdesk_app, ada, ticket, "This customer always burns printers.", kind="note")
    page = page_of(guest(ticket), ticket)
    assert "burning since nine" in page
    assert "We are on our way." in page
    assert "Ada Lovelace" in page
    assert "always burns" not in page


def test_files_of_notes_cannot_be_fetched_by_address(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(files=[InboundFile("mine.txt", "text/plain", b"mine")]), make_agent(role="All access")
    secret = InboundFile("secret.txt", "text/plain", b"secret")
    with hookdesk_app.app_context():
        threads.post(ada, ReplyDraft(ticket_id=ticket.id, kind="note", text="see file", files=(secret,)))
    client = guest(ticket)
    assert client.get("/attachments/1/mine.txt").data == b"mine"
    assert client.get("/attachments/2/secret.txt").status_code == 404
    assert "secret.txt" not in page_of(client, ticket)


def test_an_answer_lands_on_the_ticket_and_in_the_ledger(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest, ledger: Ledger
) -> None:
    ticket = make_ticket()
    answer = guest(ticket).submit(f"/tickets/{ticket.number}", {"message": "It went out.\r\nBy itself."}, follow=False)
    assert answer.location.startswith(f"/tickets/{ticket.number}#entry-")
    assert entries(hookdesk_app, ticket)[-1] == ("message", "It went out.\nBy itself.")
    assert (ledger()["ticket"], ledger()["reply"]) == (1, 1)
    with hookdesk_app.app_context():
        entry = reading().first(
            select(ThreadEntry.channel, ThreadEntry.user_id).order_by(ThreadEntry.id.desc()).limit(1)
        )
    assert entry == ("web", ticket.user_id)


def test_an_answer_opens_a_closed_ticket_again(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(), make_agent(role="All access")
    with hookdesk_app.app_context():
        tickets.set_status(ada, ticket.id, status_id("solved"))
    client = guest(ticket)
    assert status_on(page_of(client, ticket)) == "Solved"
    client.submit(f"/tickets/{ticket.number}", {"message": "It burns again."})
    assert status_on(page_of(client, ticket)) == "Received"


def test_the_status_says_whose_turn_it_is(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(), make_agent(role="All access")
    client = guest(ticket)
    seen = [status_on(page_of(client, ticket))]
    assert "It is our turn." in page_of(client, ticket)
    with hookdesk_app.app_context():
        tickets.assign(ada, ticket.id, ada.agent_id)
    seen.append(status_on(page_of(client, ticket)))
    assert "Ada Lovelace takes care of it" in page_of(client, ticket)
    respond(hookdesk_app, ada, ticket, "Is it out?")
    seen.append(status_on(page_of(client, ticket)))
    with hookdesk_app.app_context():
        tickets.set_status(ada, ticket.id, status_id("pending"))
    seen.append(status_on(page_of(client, ticket)))
    assert "It is your turn" in page_of(client, ticket)
    with hookdesk_app.app_context():
        tickets.set_status(ada, ticket.id, status_id("closed"))
    seen.append(status_on(page_of(client, ticket)))
    assert "If you write again" in page_of(client, ticket)
    assert seen == ["Received", "In progress", "Answered", "Waiting for you", "Closed"]


@pytest.mark.parametrize("data", [{}, {"message": ""}, {"message": " \x00\r\n "}])
def test_an_empty_answer_is_told(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest, data: dict[str, str]
) -> None:
    ticket = make_ticket()
    page = guest(ticket).submit(f"/tickets/{ticket.number}", data)
    assert page.status_code == 422
    assert "Write something first, or add a file." in page.text
    assert len(entries(hookdesk_app, ticket)) == 1


def test_a_file_alone_is_an_answer(hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest) -> None:
    ticket = make_ticket()
    client = guest(ticket)
    client.submit(f"/tickets/{ticket.number}", {"attachments": (io.BytesIO(b"\x89PNG"), "photo.png")})
    assert entries(hookdesk_app, ticket)[-1][0] == "message"
    page = page_of(client, ticket)
    address = re.search(r'href="(/attachments/\d+/photo.png)"', page)
    assert address
    assert client.get(address[1]).data == b"\x89PNG"


def test_what_is_too_long_is_kept_on_the_page(make_ticket: MakeTicket, guest: Guest) -> None:
    ticket = make_ticket()
    page = guest(ticket).submit(f"/tickets/{ticket.number}", {"message": "long " * 50_000})
    assert page.status_code == 422
    assert "Send it as a file." in page.text
    assert "long long long" in page.text


def test_whoever_was_away_for_too_long_gets_the_text_back(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest
) -> None:
    ticket = make_ticket()
    client = guest(ticket)
    client.get(f"/tickets/{ticket.number}")
    with client.session_transaction() as cookie:
        token = cookie["csrf_token"]
        del cookie["guest"]
    with hookdesk_app.app_context(), hookdesk_app.test_request_context():
        session["csrf_token"] = token
        signed = generate_csrf()
    page = client.post(f"/tickets/{ticket.number}", data={"message": "Half an <hour> of work", "csrf_token": signed})
    assert page.status_code == 401
    assert "Half an &lt;hour&gt; of work" in page.text
    assert len(entries(hookdesk_app, ticket)) == 1


def test_html_of_mails_is_shown_without_what_could_harm(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(), make_agent(role="All access")
    html = (
        '<p onclick="x()">Hello <b>you</b></p><script>alert(1)</script>'
        '<img src="http://spy.example/p.gif"><a href="javascript:x()">a</a>'
    )
    respond(hookdesk_app, ada, ticket, "", html=html)
    page = page_of(guest(ticket), ticket)
    assert "<b>you</b>" in page
    for harm in ("onclick", "alert(1)", ' src="http://spy', "javascript:"):
        assert harm not in page


def test_an_answer_that_is_kept_aside_is_not_called_sent(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest, ledger: Ledger
) -> None:
    ticket = make_ticket()
    for verdict, words, code in (
        (Verdict.quarantine("contains 'lottery'"), "Somebody looks at it before it appears here", 200),
        (Verdict.reject("contains 'lottery'"), "This site does not take this message", 422),
    ):
        with hookdesk_app.app_context():
            answer = Implementation("screen", lambda message, verdict=verdict: verdict, ("message",))
            site().hooks.install("intake_screen", [answer])
        page = guest(ticket).submit(f"/tickets/{ticket.number}", {"message": "I won"})
        assert page.status_code == code
        assert words in page.text
        assert "contains" not in page.text
    assert (ledger()["quarantined"], ledger()["rejected"]) == (1, 1)


def test_files_that_cannot_be_kept_cost_no_words(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_ticket()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(attachments, "put", full)
    given = {"message": "My words", "attachments": (io.BytesIO(b"x"), "x.txt")}
    page = guest(ticket).submit(f"/tickets/{ticket.number}", given)
    assert page.status_code == 503
    assert "Files cannot be stored at the moment" in page.text
    assert "My words" in page.text


def test_a_long_thread_comes_in_pages(hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest) -> None:
    ticket = make_ticket(text="the very first message")
    with hookdesk_app.app_context():

        def fill(work: Session) -> None:
            work.add_all(
                ThreadEntry(
                    ticket_id=ticket.id, kind="message", user_id=ticket.user_id, author="Grace", channel="web",
                    text=f"message number {number}.", created_at=clock.now() + timedelta(seconds=number),
                )
                for number in range(150)
            )  # fmt: skip

        transact(fill)
    client = guest(ticket)
    page = page_of(client, ticket)
    assert page.count("<article") == 100
    assert "message number 149." in page
    earlier = re.search(r"\?before=\d+", page)
    assert earlier
    older = page_of(client, ticket, earlier[0])
    assert "the very first message" in older
    assert "message number 49." in older
    assert "Earlier messages" not in older
    assert page_of(client, ticket, "?before=nonsense").count("<article") == 100


def test_people_who_take_part_are_named(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest, olga: Actor, hookdesk_client: Client
) -> None:
    ticket = make_ticket()
    with hookdesk_app.app_context():
        row = Collaborator(ticket_id=ticket.id, user_id=olga.user_id or 0, created_at=clock.now())
        transact(lambda session: session.add(row))
    page = page_of(guest(ticket), ticket)
    assert "Ольга Петрова" in page
    hookdesk_client.sign_in(olga)
    assert ticket.subject in page_of(hookdesk_client, ticket)
    hookdesk_client.submit(f"/tickets/{ticket.number}", {"message": "Me too"})
    assert entries(hookdesk_app, ticket)[-1] == ("message", "Me too")


def test_the_list_has_ones_own_tickets_in_words_and_pages(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: MakeTicket, olga: Actor
) -> None:
    make_ticket(subject="Somebody else's")
    for number in range(30):
        make_ticket(subject=f"Own ticket {number:02}", email="olga@example.org")
    hookdesk_client.sign_in(olga)
    first = hookdesk_client.get("/tickets").text
    assert first.count("portal-row") == 25
    assert "Somebody else" not in first
    assert "Received" in first
    following = re.search(r'href="(/tickets\?[^"]*after=[^"]*)"', first)
    assert following
    second = hookdesk_client.get(following[1].replace("&amp;", "&")).text
    shown = set(re.findall(r"Own ticket \d\d", first + second))
    assert len(shown) == 30
    assert hookdesk_client.get("/tickets?after=nonsense&state=odd").status_code == 200
    assert "No ticket here" in hookdesk_client.get("/tickets?state=closed").text


def test_a_list_holds_no_ticket_of_a_guest_but_the_one(make_ticket: MakeTicket, guest: Guest) -> None:
    ticket = make_ticket(subject="This one")
    make_ticket(subject="Not that one")
    page = guest(ticket).get("/tickets").text
    assert "This one" in page
    assert "Not that one" not in page


@pytest.mark.plugins("portal", "topics")
def test_a_topic_is_named_and_a_lost_one_is_called_unavailable(
    hookdesk_app: Flask, make_ticket: MakeTicket, guest: Guest
) -> None:
    ticket = make_ticket(topic="topics:2")
    assert "Something does not work › I cannot sign in" in page_of(guest(ticket), ticket)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(Ticket).values(topic_ref="topics:999")))
    assert "Unavailable" in page_of(guest(ticket), ticket)


def test_the_page_needs_few_queries(
    hookdesk_app: Flask, make_ticket: MakeTicket, make_agent: MakeAgent, guest: Guest
) -> None:
    ticket, ada = make_ticket(), make_agent(role="All access")
    for number in range(10):
        respond(hookdesk_app, ada, ticket, f"answer {number}")
    client = guest(ticket)
    page_of(client, ticket)
    with counted(hookdesk_app) as statements:
        page_of(client, ticket)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 8, statements
