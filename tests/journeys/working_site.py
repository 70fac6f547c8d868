"""The tickets of a working day: what two agents find in the morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.testing.instances import end

if TYPE_CHECKING:
    from tests.journeys.conftest import LiveSite

TRIAGED, JUNK = 20, 30
ANSWER = "Hello, thank you for writing. Turn the key twice and hold it for five seconds; the lamp goes green."


def fill(made: LiveSite) -> None:
    """20 questions, one of them three times, 30 advertisements, a message that asks two things, an old ticket that is closed, all of which
    can be found; a canned response, and a colleague.
    """
    from hookdesk.api import system
    from hookdesk_canned import services as canned
    from hookdesk_kb import categories
    from hookdesk_search import rebuilding

    app = create_app(load(made.instance, made.environ))
    with app.test_request_context():
        for number in range(JUNK):
            _open(f"Advertisement {number:02}", "Buy our wonderful things today.", "shop@ads.example")
        for number in range(TRIAGED):
            _open(f"Question {number:02}", f"How do I open the lock of bike {number}?", f"rider{number}@example.org")
        for words in ("again", "once more"):
            _open(f"Question 00 {words}", "How do I open the lock of bike 0? I wrote before.", "rider0@example.org")
        _add(_open("Two things", "The lamp is broken.", "two@example.org"), "And where is my invoice?")
        _close(_open("The zebra saddle squeaks", "It does so when it rains.", "old@example.org"))
        categories.save(system(), categories.Values("Locks"))
        canned.save(system(), canned.Values("Open the lock", f"<div>{ANSWER}</div>"))
        _colleague()
        rebuilding.begin()
        while rebuilding.step(100):
            pass
    end(app)


def _colleague() -> None:
    """Somebody to hand over to."""
    from sqlalchemy import select

    from hookdesk.api import Department, Role, people, reading, release, transact

    department, role = (
        reading().scalar(select(Department.id)),
        reading().scalar(select(Role.id).where(Role.name == "Agent")),
    )
    release()
    transact(
        lambda session: people.create_agent(
            session,
            login="ben",
            name="Ben Baker",
            address="ben@helpdesk.example",
            department_id=department,
            role_id=role,
            is_admin=False,
        )
    )


def _open(subject: str, text: str, address: str) -> int:
    """A ticket that came by the portal; its id."""
    from hookdesk.api import ANONYMOUS, InboundMessage, intake

    name = address.partition("@")[0].title()
    message = InboundMessage(channel="portal", sender_address=address, sender_name=name, subject=subject, text=text)
    settled = intake.submit(message, ANONYMOUS)
    assert settled.ticket_id is not None
    return settled.ticket_id


def _add(ticket_id: int, text: str) -> None:
    """The requester writes once more."""
    from sqlalchemy import select

    from hookdesk.api import ReplyDraft, Ticket, actors, reading, release, threads

    user_id = reading().scalar(select(Ticket.user_id).where(Ticket.id == ticket_id))
    release()
    requester = actors.guest_actor(user_id, ticket_id)
    assert requester is not None
    threads.post(requester, ReplyDraft(ticket_id=ticket_id, kind="message", text=text, channel="portal"))


def _close(ticket_id: int) -> None:
    """It was solved long ago."""
    from sqlalchemy import select

    from hookdesk.api import Status, actors, reading, tickets

    agent = actors.agent_actor(1)
    assert agent is not None
    closed = reading().scalar(select(Status.id).where(Status.state == "closed").order_by(Status.position).limit(1))
    assert closed is not None
    tickets.set_status(agent, ticket_id, closed)
