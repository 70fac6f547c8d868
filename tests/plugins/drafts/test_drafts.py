"""Drafts: kept for their agent alone, found again anywhere, gone once they are sent."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from hookdesk import criteria
from hookdesk.api import Actor, Comparison, Group, Mode, Operator, ReplyDraft, Ticket, reading, threads, tickets
from hookdesk.models import FileUse, Status
from hookdesk.testing import Client
from hookdesk.testing.instances import Clock
from hookdesk_drafts import services
from hookdesk_drafts.models import Draft

pytestmark = pytest.mark.plugins("drafts", "desk", "storage_fs")
MakeTicket = Callable[..., Ticket]


@pytest.fixture
def ada(make_agent: Callable[..., Actor]) -> Actor:
    """An agent."""
    return make_agent("ada", "Ada Lovelace")


@pytest.fixture
def desk(hookdesk_client: Client, ada: Actor) -> Client:
    """Ada's browser."""
    hookdesk_client.sign_in(ada)
    return hookdesk_client


def keep(desk: Client, ticket: Ticket, mode: str = "reply", **given: Any) -> Any:
    """What the script sends while somebody writes."""
    page = f"/agent/tickets/{ticket.number}"
    return desk.submit(page, given, to=f"/agent/drafts/{ticket.number}/{mode}", follow=False)


def shown(desk: Client, ticket: Ticket, mode: str = "reply") -> dict[str, Any] | None:
    """What the ticket's page puts back into the composer."""
    tree = LexborHTMLParser(desk.get(f"/agent/tickets/{ticket.number}").data)
    held = tree.css_first(f"#{mode} [data-draft-url]").attributes.get("data-draft")
    found: dict[str, Any] | None = json.loads(held) if held else None
    return found


def count(app: Flask) -> int:
    """How many drafts there are."""
    with app.app_context():
        return len(list(reading().scalars(select(Draft.id))))


def test_what_is_written_waits_in_any_browser_with_its_files(
    hookdesk_app: Flask, desk: Client, ada: Actor, make_ticket: MakeTicket
) -> None:
    ticket = make_ticket()
    file = (io.BytesIO(b"plan"), "plan.txt")
    token = desk.submit("/agent/", {"attachments": file}, to="/agent/uploads", follow=False).json["token"]
    told = keep(desk, ticket, message=["Press red", "<div>Press <b>red</b></div>"], kept=token)
    assert told.json["saved"].startswith("Draft saved ")
    keep(desk, ticket, "note", message="Only for us")
    elsewhere = hookdesk_app.test_client()
    assert isinstance(elsewhere, Client)
    elsewhere.sign_in(ada)
    draft = shown(elsewhere, ticket)
    assert draft is not None
    assert (draft["text"], draft["html"]) == ("Press red", "<div>Press <b>red</b></div>")
    assert [one["name"] for one in draft["files"]] == ["plan.txt"]
    note = shown(elsewhere, ticket, "note")
    assert note is not None
    assert (note["text"], note["files"]) == ("Only for us", [])
    with hookdesk_app.app_context():
        assert hashlib.sha256(b"plan").hexdigest() in set(reading().scalars(select(FileUse.sha256)))
    keep(desk, ticket, message="")
    assert shown(desk, ticket) is None
    with hookdesk_app.app_context():
        assert not list(reading().scalars(select(FileUse.sha256)))


def test_nobody_sees_the_drafts_of_others(
    hookdesk_app: Flask, desk: Client, make_agent: Callable[..., Actor], make_ticket: MakeTicket
) -> None:
    ticket = make_ticket()
    keep(desk, ticket, message="CANARY")
    other = hookdesk_app.test_client()
    assert isinstance(other, Client)
    other.sign_in(make_agent("bob", "Bob"))
    assert "CANARY" not in other.get(f"/agent/tickets/{ticket.number}").text
    assert shown(desk, ticket) is not None


def test_what_was_sent_is_no_draft_though_its_event_was_not_heard_yet(
    hookdesk_app: Flask, desk: Client, ada: Actor, make_ticket: MakeTicket, run_jobs: Callable[..., int]
) -> None:
    ticket = make_ticket()
    keep(desk, ticket, message="Hello")
    keep(desk, ticket, "note", message="Not yet")
    with hookdesk_app.app_context():
        threads.post(ada, ReplyDraft(ticket.id, "response", "Hello"))
    assert shown(desk, ticket) is None
    assert shown(desk, ticket, "note") is not None
    run_jobs()
    assert count(hookdesk_app) == 1


def test_what_is_begun_before_the_event_of_the_last_reply_is_heard_stays(
    hookdesk_app: Flask, desk: Client, ada: Actor, make_ticket: MakeTicket, run_jobs: Callable[..., int], clock: Clock
) -> None:
    """A reply that can be taken back is told of ten seconds later; by then the next one has been begun."""
    ticket = make_ticket()
    with hookdesk_app.app_context():
        threads.post(ada, ReplyDraft(ticket.id, "response", "Hello"), hold=10)
    clock.advance(seconds=5)
    keep(desk, ticket, message="And one more thing")
    clock.advance(seconds=10)
    run_jobs()
    draft = shown(desk, ticket)
    assert draft is not None
    assert draft["text"] == "And one more thing"


def test_drafts_go_when_their_ticket_is_closed_or_deleted_or_nobody_touches_them(
    hookdesk_app: Flask,
    desk: Client,
    make_agent: Callable[..., Actor],
    make_ticket: MakeTicket,
    run_jobs: Callable[..., int],
    clock: Clock,
) -> None:
    closed, old = make_ticket("closed"), make_ticket("old")
    for ticket in (closed, old):
        keep(desk, ticket, message="Hello")
    with hookdesk_app.app_context():
        done = reading().scalar(select(Status.id).where(Status.state == "closed").limit(1))
        assert done is not None
        tickets.set_status(make_agent("root", "Root", is_admin=True), closed.id, done)
    run_jobs()
    assert count(hookdesk_app) == 1
    clock.advance(days=15)
    with hookdesk_app.app_context():
        assert services.sweep() == 1


def test_a_ticket_that_is_about_to_be_opened_is_kept_too(
    hookdesk_app: Flask, desk: Client, run_jobs: Callable[..., int]
) -> None:
    page, url = "/agent/tickets/new", "/agent/drafts/new"
    desk.submit(page, {"channel": "phone", "message": ""}, to=url)
    assert desk.get(url).json == {"draft": None}
    given = {"channel": "phone", "email": "grace@example.org", "subject": "Broken", "message": "She said"}
    desk.submit(page, given, to=url)
    draft = desk.get(url).json["draft"]
    assert (draft["text"], draft["fields"]["email"], draft["fields"]["subject"]) == (
        "She said",
        "grace@example.org",
        "Broken",
    )
    desk.submit(page, given)
    run_jobs()
    assert count(hookdesk_app) == 0


def test_the_files_of_such_a_ticket_are_kept_apart_from_those_of_its_answer(hookdesk_app: Flask, desk: Client) -> None:
    page, url = "/agent/tickets/new", "/agent/drafts/new"
    theirs, ours = (
        desk.submit(page, {"attachments": (io.BytesIO(name.encode()), name)}, to="/agent/uploads").json["token"]
        for name in ("theirs.txt", "ours.txt")
    )
    desk.submit(page, {"channel": "phone", "attachments": theirs, "kept": ours}, to=url)
    draft = desk.get(url).json["draft"]
    assert [[one["name"] for one in draft[name]] for name in ("given", "files")] == [["theirs.txt"], ["ours.txt"]]
    with hookdesk_app.app_context():
        assert len(list(reading().scalars(select(FileUse.sha256)))) == 2


def test_conditions_know_whose_draft_a_ticket_has(
    hookdesk_app: Flask, desk: Client, ada: Actor, make_ticket: MakeTicket
) -> None:
    begun, other = make_ticket("begun"), make_ticket("other")
    keep(desk, begun, message="Hello")
    with hookdesk_app.test_request_context("/"):
        fields = criteria.known_fields()
        mine = Group(Mode.ALL, (Comparison("draft", Operator.IS, ada.agent_id),))
        found = set(reading().scalars(select(Ticket.id).where(criteria.where(mine, fields))))
    assert found == {begun.id}
    assert other.id not in found
