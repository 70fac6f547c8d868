"""A reply that may be taken back: it is taken back whole, or sent once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from hookdesk.api import (
    Actor,
    InboundFile,
    NotFound,
    OutboxEvent,
    ReplyDraft,
    Ticket,
    TicketEvent,
    actors,
    attachments,
    entry_scope,
    holding,
    reading,
    release,
    threads,
    tickets,
    transact,
)
from hookdesk.models import Attachment, HeldEntry, Priority, Status, ThreadEntry
from hookdesk.outbox import dispatcher
from hookdesk.testing import Clock

BOTH_DATABASES = True
MakeTicket = Callable[..., Ticket]
SHOWN = (
    "status_id", "state", "assignee_id", "is_answered", "snippet", "snippet_by", "last_activity_at", "closed_at", "due_at",
    "entry_count", "attachment_count",
)  # fmt: skip
pytestmark = pytest.mark.plugins("storage_fs")


@pytest.fixture
def ada(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> Iterator[Actor]:
    """An agent, within the application's context."""
    actor = make_agent("ada", "Ada")
    with hookdesk_app.app_context():
        yield actor


@pytest.fixture
def ticket(ada: Actor, make_ticket: MakeTicket) -> Ticket:
    """A ticket about which everybody has been told."""
    made = make_ticket()
    while dispatcher.dispatch():
        release()
    return made


def row(ticket: Ticket) -> dict[str, Any]:
    """What the ticket's own row says."""
    release()
    found = reading().first(select(*Ticket.__table__.columns).where(Ticket.id == ticket.id))
    assert found is not None
    return {name: getattr(found, name) for name in SHOWN}


def count(model: Any) -> int:
    """How many rows a table has."""
    release()
    return int(reading().scalar(select(func.count()).select_from(model)) or 0)


def closing() -> int:
    """A status that closes."""
    found = reading().scalar(select(Status.id).where(Status.state == "closed").order_by(Status.id).limit(1))
    assert found is not None
    return found


def reply(ada: Actor, ticket: Ticket, **values: Any) -> int:
    """Send one that closes the ticket and brings a file."""
    files = (InboundFile("a.txt", "text/plain", b"a"),)
    draft = ReplyDraft(ticket.id, "response", "Done", "<div><b>Done</b></div>", status_id=closing(), files=files)
    return threads.post(ada, draft.replace(**values), hold=10)


def test_what_is_taken_back_leaves_nothing_behind(ada: Actor, ticket: Ticket) -> None:
    before, lines = row(ticket), count(TicketEvent)
    entry_id = reply(ada, ticket)
    assert row(ticket)["state"] == "closed"
    assert dispatcher.dispatch() == 0
    written = holding.take_back(ada, ticket.id, entry_id)
    assert (written.text, written.html, written.status_id) == ("Done", "<div><b>Done</b></div>", closing())
    assert [b"".join(attachments.read(one.sha256, one.storage)) for one in written.stored] == [b"a"]
    assert row(ticket) == before
    assert [count(model) for model in (OutboxEvent, HeldEntry, Attachment)] == [0, 0, 0]
    assert count(TicketEvent) == lines
    assert reading().scalar(select(ThreadEntry.id).where(ThreadEntry.id == entry_id)) is None


def test_it_goes_out_once_its_time_has_come_also_after_everything_was_down(
    ada: Actor, ticket: Ticket, clock: Clock
) -> None:
    entry_id = reply(ada, ticket)
    waiting = count(OutboxEvent)
    assert waiting >= 2
    assert not dispatcher.is_pending()
    next_at = dispatcher.next_at()
    assert next_at is not None
    assert (next_at - clock.now).total_seconds() == 10
    clock.advance(hours=5)
    assert dispatcher.is_pending()
    assert dispatcher.dispatch() == waiting
    assert (count(OutboxEvent), count(HeldEntry), dispatcher.next_at()) == (0, 0, None)
    with pytest.raises(holding.TooLate):
        holding.take_back(ada, ticket.id, entry_id)
    assert row(ticket)["state"] == "closed"


def test_a_clock_that_is_set_back_holds_none_any_longer(ada: Actor, ticket: Ticket, clock: Clock) -> None:
    reply(ada, ticket)
    clock.advance(days=-1)
    while dispatcher.dispatch():
        release()
    assert (count(OutboxEvent), count(HeldEntry)) == (0, 0)


def test_requesters_do_not_see_it_before(ada: Actor, ticket: Ticket, clock: Clock) -> None:
    entry_id = reply(ada, ticket)
    requester = actors.requester_actor(ticket.user_id)
    assert requester is not None
    asked = select(ThreadEntry.id).where(ThreadEntry.id == entry_id, entry_scope(requester))
    assert reading().scalar(asked) is None
    assert reading().scalar(select(ThreadEntry.id).where(ThreadEntry.id == entry_id, entry_scope(ada))) == entry_id
    clock.advance(seconds=10)
    dispatcher.dispatch()
    release()
    assert reading().scalar(asked) == entry_id


def test_what_somebody_else_changed_meanwhile_stays(
    ada: Actor, ticket: Ticket, make_agent: Callable[..., Actor]
) -> None:
    entry_id = reply(ada, ticket)
    bob = make_agent("bob", "Bob", is_admin=True)
    other = reading().scalar(select(Priority.id).where(Priority.id != ticket.priority_id).limit(1))
    reopened = reading().scalar(select(Status.id).where(Status.state == "open", Status.id != ticket.status_id).limit(1))
    assert other is not None
    assert reopened is not None
    tickets.set_priority(bob, ticket.id, other)
    tickets.set_status(bob, ticket.id, reopened)
    holding.take_back(ada, ticket.id, entry_id)
    now = row(ticket)
    assert (now["status_id"], now["state"], now["is_answered"]) == (reopened, "open", False)
    assert count(OutboxEvent) == 2  # theirs


def test_only_its_author_takes_it_back(ada: Actor, ticket: Ticket, make_agent: Callable[..., Actor]) -> None:
    entry_id = reply(ada, ticket)
    with pytest.raises(holding.TooLate):
        holding.take_back(make_agent("bob", "Bob"), ticket.id, entry_id)
    with pytest.raises(NotFound):
        holding.take_back(ada, 10**9, entry_id)
    assert count(HeldEntry) == 1


def test_notes_and_replies_without_a_wait_go_at_once(ada: Actor, ticket: Ticket) -> None:
    threads.post(ada, ReplyDraft(ticket.id, "note", "Between us"), hold=10)
    threads.post(ada, ReplyDraft(ticket.id, "response", "Now"))
    assert count(HeldEntry) == 0
    assert dispatcher.is_pending()


def test_events_of_a_held_reply_go_with_its_ticket(ada: Actor, ticket: Ticket) -> None:
    """Nothing waits for ever for a reply that is no longer there."""
    reply(ada, ticket)
    transact(lambda session: session.execute(delete(Ticket).where(Ticket.id == ticket.id)))
    dispatcher.dispatch()
    assert count(OutboxEvent) == 0


def test_undoing_against_the_dispatcher_has_one_outcome(
    hookdesk_app: Flask, ada: Actor, ticket: Ticket, clock: Clock
) -> None:
    """Whoever is first: it is taken back and nobody was told, or it was told once and stays."""
    for _round in range(3):
        entry_id = reply(ada, ticket, status_id=None)
        clock.advance(seconds=10)
        release()
        barrier = Barrier(2)

        def undo(entry_id: int = entry_id, barrier: Barrier = barrier) -> bool:
            with hookdesk_app.app_context():
                barrier.wait(30)
                try:
                    holding.take_back(ada, ticket.id, entry_id)
                except holding.TooLate:
                    return False
                return True

        def send(barrier: Barrier = barrier) -> int:
            with hookdesk_app.app_context():
                barrier.wait(30)
                return dispatcher.dispatch()

        with ThreadPoolExecutor(2) as pool:
            undone, sent = pool.submit(undo), pool.submit(send)
            was_undone, was_sent = undone.result(), bool(sent.result())
        assert was_undone != was_sent
        release()
        is_there = reading().scalar(select(ThreadEntry.id).where(ThreadEntry.id == entry_id)) is not None
        assert is_there == was_sent
        assert (count(OutboxEvent), count(HeldEntry)) == (0, 0)
