"""How many queries a page takes. A number that grows with the rows would show here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.queries import counted

from hookdesk.api import (
    Actor,
    InboundFile,
    ReplyDraft,
    Team,
    TeamMember,
    Ticket,
    actors,
    participants,
    reading,
    site,
    threads,
    transact,
)
from hookdesk.testing.instances import Client

pytestmark = [pytest.mark.plugins("desk", "*"), pytest.mark.requires("storage_fs")]
MakeTicket = Callable[..., Ticket]
Inside = Callable[..., Any]
QUEUE, TICKET, REPLY = 8, 12, 14
"""As the design asks."""
SHOWN = {
    "tags": ".tags .tag-x", "tasks": "#tasks li", "merge": "#related", "drafts": "#reply [data-draft]",
    "why": "#why", "desk": "#referrals .n",
}  # fmt: skip
"""What plugins show of the ticket with everything, each by one thing that is there only with data."""


def at_most(number: int, statements: list[str]) -> None:
    """Fail with the statements, if there are too many."""
    assert 0 < len(statements) <= number, "\n".join(statements)


@pytest.fixture
def busy(desk: Client, ada: Actor, make_ticket: MakeTicket, inside: Inside) -> Ticket:
    """A ticket with all that a page can show, among others; its agent is in a team and no administrator."""

    def work(session: Session) -> None:
        session.add(Team(name="Night shift"))
        session.flush()
        session.add(TeamMember(team_id=session.scalars(select(Team.id)).one(), agent_id=ada.agent_id))

    inside(lambda: transact(work))
    for place in range(12):
        make_ticket(f"ticket {place}", email=f"person{place}@example.org")
    ticket = make_ticket(
        "with everything", files=[InboundFile("a.txt", "text/plain", b"a"), InboundFile("b.txt", "text/plain", b"b")]
    )
    for kind in ("note", "response", "note"):
        inside(
            lambda kind=kind: threads.post(
                actors.agent_actor(ada.agent_id or 0), ReplyDraft(ticket.id, kind, f"a {kind}")
            )
        )
    for place in range(12):
        inside(lambda place=place: participants.add_collaborator(ada, ticket.id, f"person{place}@example.org"))
    inside(lambda: participants.refer(ada, ticket.id, "team", reading().scalar(select(Team.id)) or 0))
    here = f"/agent/tickets/{ticket.number}"
    for to, values in {  # what a plugin that is off knows nothing of, it answers with 404
        f"{here}/priority": {"priority": "high"},
        f"{here}/tags": {"add": "urgent, parcel"},
        f"{here}/tasks": {"title": "Call the carrier"},
        f"{here}/merge": {"with": make_ticket("its twin").number, "act": "link"},
        f"/agent/drafts/{ticket.number}/reply": {"message": "I had begun"},
        f"/agent/drafts/{ticket.number}/note": {"message": "to write"},
    }.items():
        desk.submit(here, values, to=to)
    return ticket


def test_the_queue_takes_eight_queries_at_most(hookdesk_app: Flask, desk: Client, busy: Ticket) -> None:
    for path in (
        "/agent/",
        "/agent/queues/mine",
        "/agent/queues/closed",
        "/agent/?sort=priority",
        "/agent/?only=unanswered",
    ):
        desk.get(path)
        with counted(hookdesk_app) as statements:
            assert desk.get(path).status_code == 200
        at_most(QUEUE, statements)


def test_the_ticket_takes_thirteen_queries_at_most(hookdesk_app: Flask, desk: Client, busy: Ticket) -> None:
    path = f"/agent/tickets/{busy.number}?queue=open"
    shown = LexborHTMLParser(desk.get(path).data)
    with hookdesk_app.app_context():
        enabled = {plugin.slug for plugin in site().plugins}
    for slug, mark in SHOWN.items():
        assert slug not in enabled or shown.css_first(mark) is not None, slug
    with counted(hookdesk_app) as statements:
        assert desk.get(path).status_code == 200
    at_most(TICKET, statements)


def test_a_reply_takes_fourteen_queries_at_most(hookdesk_app: Flask, desk: Client, busy: Ticket) -> None:
    path = f"/agent/tickets/{busy.number}"
    tree = LexborHTMLParser(desk.get(path).data)
    fields = {name: tree.css_first(f'[name="{name}"]').attributes["value"] for name in ("csrf_token", "seen")}
    with counted(hookdesk_app) as statements:
        response = desk.post(f"{path}/reply", data={**fields, "message": "Here you are.", "status": "pending"})
    assert response.status_code == 302
    at_most(REPLY, statements)


def test_no_news_take_one_query_besides_the_sign_in(hookdesk_app: Flask, desk: Client, busy: Ticket) -> None:
    live = str(LexborHTMLParser(desk.get("/agent/").data).css_first("[data-live]").attributes["data-live"])
    with counted(hookdesk_app) as statements:
        assert desk.get(live).status_code == 204
    at_most(4, statements)
