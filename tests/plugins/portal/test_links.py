"""The way back to a ticket: mailed links, and asking for one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete, update

from hookdesk.api import (
    Actor,
    NotificationHooks,
    Recipient,
    Ticket,
    User,
    UserEmail,
    access_ticket,
    participants,
    people,
    site,
    system,
    transact,
)
from hookdesk.api import clock as moments
from hookdesk.testing import Client, Clock
from hookdesk_portal import links

from .conftest import Letter

pytestmark = pytest.mark.plugins("portal")
Guest = Callable[[Ticket], Client]
RunJobs = Callable[..., int]


def ask(client: Client, email: str, number: str) -> str:
    page = client.submit("/check", {"email": email, "number": number})
    assert page.status_code == 200, page.text
    return page.text


def token_of(app: Flask, ticket: Ticket) -> str:
    with app.app_context():
        return links.make(ticket.id, ticket.user_id, people.primary_address(ticket.user_id))


def test_the_link_in_a_mail_opens_its_ticket(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket()
    with hookdesk_app.app_context():
        view = access_ticket(system(), ticket.id)
        owner = Recipient("grace@example.org", "Grace", "requester", user_id=ticket.user_id)
        url = site().hooks.first(NotificationHooks.ticket_url, ticket=view, recipient=owner)
        agent = Recipient("ada@example.org", "Ada", "assignee", user_id=1, agent_id=1)
        assert site().hooks.first(NotificationHooks.ticket_url, ticket=view, recipient=agent) is None
    assert url is not None
    assert url.startswith("http://127.0.0.1:8000/t/")
    answer = hookdesk_client.get(urlsplit(url).path)
    assert (answer.status_code, answer.location) == (302, f"/tickets/{ticket.number}")
    page = hookdesk_client.get(answer.location)
    assert ticket.subject in page.text
    assert urlsplit(url).path not in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in page.text


def test_a_link_shows_one_ticket_and_no_other(make_ticket: Callable[..., Ticket], guest: Guest) -> None:
    mine, also_mine, foreign = make_ticket(), make_ticket(subject="Another"), make_ticket(email="eve@example.org")
    client = guest(mine)
    assert client.get(f"/tickets/{mine.number}").status_code == 200
    for other in (also_mine, foreign):
        assert client.get(f"/tickets/{other.number}").status_code == 404
        assert (
            client.submit(f"/tickets/{mine.number}", {"message": "hello"}, to=f"/tickets/{other.number}").status_code
            == 404
        )


def test_unknown_and_forbidden_look_the_same(make_ticket: Callable[..., Ticket], guest: Guest) -> None:
    mine, foreign = make_ticket(), make_ticket(email="eve@example.org")
    client = guest(mine)
    bodies = set()
    for number in (foreign.number, "999999", "x", "1 OR 1=1", "🙂", "x" * 500):
        answer = client.get(f"/tickets/{number}")
        assert answer.status_code == 404
        bodies.add(re.sub(r'(nonce|content|value)="[^"]*"', "", answer.text))
    assert len(bodies) == 1


def test_without_a_link_every_ticket_leads_to_the_same_page(
    hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket()
    for number in (ticket.number, "999999"):
        assert hookdesk_client.get(f"/tickets/{number}").location == "/check"


@pytest.mark.parametrize("place", range(4))
def test_no_part_of_a_link_can_be_changed(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], place: int
) -> None:
    make_ticket()
    ticket = make_ticket(email="eve@example.org")
    parts = token_of(hookdesk_app, ticket).split("-")
    parts[place] = ("2" if parts[place][0] != "2" else "3") + parts[place][1:]
    answer = hookdesk_client.get(f"/t/{'-'.join(parts)}")
    assert answer.status_code == 410
    assert "This link does not work any more" in answer.text


@pytest.mark.parametrize(
    "token", ["x", "1-1-1-aaaaaaaaaaaa", "0-0-0-" + "a" * 26, "z" * 5000, "🙂", "1-1-zzzzzzzzz-" + "2" * 26]
)
def test_made_up_links_are_told_alike(hookdesk_client: Client, token: str) -> None:
    assert hookdesk_client.get(f"/t/{token}").status_code == 410


def test_a_signature_cannot_be_shortened(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> None:
    token = token_of(hookdesk_app, make_ticket())
    with hookdesk_app.app_context():
        assert links.read(token) is not None
        assert links.read(token[:-1]) is None


def test_a_link_is_good_for_thirty_days(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket], clock: Clock
) -> None:
    token = token_of(hookdesk_app, make_ticket())
    clock.advance(days=29)
    assert hookdesk_client.get(f"/t/{token}").status_code == 302
    clock.advance(days=2)
    assert hookdesk_client.get(f"/t/{token}").status_code == 410


def test_access_by_link_ends_after_half_a_day(make_ticket: Callable[..., Ticket], guest: Guest) -> None:
    ticket = make_ticket()
    client = guest(ticket)
    with moments.at(moments.now() + timedelta(hours=13)):
        assert client.get(f"/tickets/{ticket.number}").location == "/check"


def test_a_link_is_worth_nothing_to_whoever_keeps_an_address_that_its_person_lost(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket()
    token = token_of(hookdesk_app, ticket)
    moved = update(UserEmail).where(UserEmail.user_id == ticket.user_id).values(address="grace@navy.example")
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(moved))
    assert hookdesk_client.get(f"/t/{token}").status_code == 410
    assert hookdesk_client.get(f"/t/{token_of(hookdesk_app, ticket)}").status_code == 302


def test_a_link_that_was_followed_shows_nothing_more_once_its_person_takes_no_part(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], guest: Guest
) -> None:
    ticket = make_ticket()
    client = guest(ticket)
    assert client.get(f"/tickets/{ticket.number}").status_code == 200
    with hookdesk_app.app_context():
        other = transact(lambda session: people.ensure_user(session, "eve@example.org").id)
        given_away = update(Ticket).where(Ticket.id == ticket.id).values(user_id=other)
        transact(lambda session: session.execute(given_away))
    assert client.get(f"/tickets/{ticket.number}").status_code == 404


def test_a_link_is_worth_nothing_once_its_person_takes_no_part(
    hookdesk_app: Flask, hookdesk_client: Client, make_ticket: Callable[..., Ticket]
) -> None:
    ticket = make_ticket()
    with hookdesk_app.app_context():
        other = transact(lambda session: people.ensure_user(session, "eve@example.org").id)
        foreign = links.make(ticket.id, other, "eve@example.org")
    assert hookdesk_client.get(f"/t/{foreign}").status_code == 410
    token = token_of(hookdesk_app, ticket)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(delete(Ticket).where(Ticket.id == ticket.id)))
    assert hookdesk_client.get(f"/t/{token}").status_code == 410


def test_a_banned_person_sees_nothing_any_more(
    hookdesk_app: Flask, make_ticket: Callable[..., Ticket], guest: Guest
) -> None:
    ticket = make_ticket()
    client = guest(ticket)
    with hookdesk_app.app_context():
        transact(lambda session: session.execute(update(User).values(is_banned=True)))
    assert client.get(f"/tickets/{ticket.number}").location == "/check"


def test_whoever_asked_ends_all_links_of_a_ticket_and_is_mailed_a_new_one(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_ticket: Callable[..., Ticket],
    guest: Guest,
    mailbox: list[Letter],
    run_jobs: RunJobs,
    clock: Clock,
) -> None:
    ticket, other = make_ticket(), make_ticket("Another")
    old, page = token_of(hookdesk_app, ticket), f"/tickets/{ticket.number}"
    thief = hookdesk_app.test_client()
    assert thief.get(f"/t/{old}", follow_redirects=True).status_code == 200
    ask(hookdesk_client, "grace@example.org", ticket.number)
    run_jobs("outbox")
    clock.advance(minutes=1)
    told = guest(ticket).submit(page, {}, to=f"{page}/end-links")
    assert "A new one is on its way to you." in told.text
    assert [thief.get(path).status_code for path in (page, f"/t/{old}")] == [404, 410]
    assert hookdesk_client.get(page).status_code == 404
    run_jobs("outbox")
    found = re.search(r"http://127\.0\.0\.1:8000(/t/\S+)", mailbox[-1].text)
    assert found
    assert len(mailbox) == 2
    clock.advance(minutes=1)
    assert ticket.subject in hookdesk_client.get(found[1], follow_redirects=True).text
    assert thief.get(f"/t/{token_of(hookdesk_app, other)}").status_code == 302


@pytest.mark.plugins("portal", "desk", "auth_password")
def test_links_are_ended_by_whoever_asked_and_by_agents_who_may_say_who_takes_part(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_ticket: Callable[..., Ticket],
    make_agent: Callable[..., Actor],
) -> None:
    ticket = make_ticket()
    page = f"/tickets/{ticket.number}"
    with hookdesk_app.app_context():
        participants.add_collaborator(system(), ticket.id, "eve@example.org")
        eve = people.find_user("eve@example.org")
        assert eve is not None
        theirs = links.make(ticket.id, eve.user_id, eve.address)
    hookdesk_client.get(f"/t/{theirs}")
    assert "end-links" not in hookdesk_client.get(page).text
    assert hookdesk_client.submit(page, {}, to=f"{page}/end-links").status_code == 403
    assert hookdesk_client.get(page).status_code == 200
    reader = hookdesk_app.test_client()
    assert isinstance(reader, Client)
    reader.sign_in(make_agent("reader", role="View and note"))
    assert reader.submit("/agent/profile", {}, to=f"/agent{page}/end-links").status_code == 403
    reader.sign_in(make_agent())
    assert "end-links" in reader.get(f"/agent{page}").text
    reader.submit(f"/agent{page}", {}, to=f"/agent{page}/end-links")
    assert hookdesk_client.get(page).status_code == 404


def test_a_link_is_mailed_to_the_participant_who_asks(
    hookdesk_client: Client, mailbox: list[Letter], make_ticket: Callable[..., Ticket], run_jobs: RunJobs
) -> None:
    ticket = make_ticket()
    ask(hookdesk_client, " Grace@Example.org ", f" #{ticket.number} ")
    assert mailbox == []  # nothing is looked up while the visitor waits
    run_jobs("outbox")
    [letter] = mailbox
    assert (letter.address, letter.name) == ("grace@example.org", "Grace Hopper")
    assert ticket.number in letter.subject
    found = re.search(r"http://127\.0\.0\.1:8000(/t/\S+)", letter.text)
    assert found
    assert ticket.subject in hookdesk_client.get(found[1], follow_redirects=True).text


def test_the_answer_does_not_tell_which_tickets_there_are(
    hookdesk_client: Client, mailbox: list[Letter], make_ticket: Callable[..., Ticket], run_jobs: RunJobs
) -> None:
    ticket, foreign = make_ticket(), make_ticket(email="eve@example.org")
    pages = set()
    for email, number in (
        ("grace@example.org", ticket.number),
        ("grace@example.org", foreign.number),
        ("nobody@example.org", ticket.number),
        ("grace@example.org", "no number at all"),
    ):
        page = ask(hookdesk_client, email, number).replace(email, "").replace(number, "")
        pages.add(re.sub(r'(nonce|content|value)="[^"]*"', "", page))
    assert len(pages) == 1
    run_jobs("outbox")
    assert [letter.address for letter in mailbox] == ["grace@example.org"]


def test_asking_again_floods_no_mailbox(
    hookdesk_client: Client, mailbox: list[Letter], make_ticket: Callable[..., Ticket], run_jobs: RunJobs, clock: Clock
) -> None:
    ticket = make_ticket()
    for _ in range(5):
        ask(hookdesk_client, "grace@example.org", ticket.number)
    run_jobs("outbox")
    assert len(mailbox) == 1
    clock.advance(minutes=11)
    ask(hookdesk_client, "grace@example.org", ticket.number)
    run_jobs("outbox")
    assert len(mailbox) == 2


def test_asking_for_many_tickets_from_one_address_is_stopped(hookdesk_client: Client, mailbox: list[Letter]) -> None:
    given = [{"email": "eve@example.org", "number": str(number)} for number in range(12)]
    codes = [hookdesk_client.submit("/check", one).status_code for one in given]
    assert (codes[0], codes[-1]) == (200, 429)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "grace@example.org", "number": " "}, "Write the number"),
        ({"email": "grace", "number": "1"}, "as in name@example.org"),
        ({}, "Write the address"),
    ],
)
def test_what_is_missing_is_told(
    hookdesk_client: Client, mailbox: list[Letter], data: Mapping[str, str], words: str
) -> None:
    page = hookdesk_client.submit("/check", data)
    assert page.status_code == 422
    assert words in page.text


def test_script_in_the_form_is_shown_and_not_run(hookdesk_client: Client, mailbox: list[Letter]) -> None:
    page = ask(hookdesk_client, "grace@example.org", "<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_where_no_plugin_sends_mail_the_page_says_so(hookdesk_client: Client) -> None:
    page = hookdesk_client.get("/check").text
    assert "sends no mail" in page
    assert 'name="number"' not in page
