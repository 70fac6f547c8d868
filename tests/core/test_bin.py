"""The bin: a deleted ticket is nowhere to be seen, comes back as it was, and goes for good when its time is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.access import Forbidden, NotFound, access_ticket, scope
from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundMessage,
    ReplyDraft,
    Ticket,
    actors,
    bin,
    intake,
    listing,
    reading,
    release,
    system,
    threads,
    tickets,
)
from hookdesk.testing.instances import Clock

Make = Callable[..., Ticket]
Agents = Callable[..., Actor]


@pytest.fixture(autouse=True)
def in_context(hookdesk_app: Flask) -> Iterator[None]:
    """Inside an application context."""
    with hookdesk_app.app_context():
        yield


def test_nobody_sees_a_deleted_ticket(make_agent: Agents, make_ticket: Make) -> None:
    agent, ticket = make_agent(role="All access"), make_ticket()
    bin.discard(agent, ticket.id)
    release()
    requester = actors.requester_actor(ticket.user_id)
    assert requester is not None
    for actor in (agent, requester, make_agent("boss", is_admin=True), system()):
        with pytest.raises(NotFound):
            access_ticket(actor, ticket.id)
        assert reading().scalar(select(Ticket.id).where(scope(actor))) is None
        for state in ("", "open", "closed"):
            assert not listing.page(actor, state, listing.SORTS["activity"]).rows
            assert listing.count(actor, state) == 0
    with pytest.raises(Forbidden):
        access_ticket(requester, ticket.id, "ticket.delete", binned=True)


def test_it_comes_back_as_it_was(make_agent: Agents, make_ticket: Make) -> None:
    agent, ticket = make_agent(role="All access"), make_ticket()
    before = access_ticket(agent, ticket.id)
    bin.discard(agent, ticket.id)
    bin.restore(agent, ticket.id)
    release()
    after = access_ticket(agent, ticket.id)
    assert (after.state, after.status, after.due_at, after.entry_count) == (
        before.state, before.status, before.due_at, before.entry_count,
    )  # fmt: skip
    with pytest.raises(NotFound):
        bin.restore(agent, ticket.id)


def test_what_lies_there_is_not_written_on(make_agent: Agents, make_ticket: Make) -> None:
    """A change that was under way is told; mail that answers it opens a ticket of its own, so that it is read."""
    agent, ticket = make_agent(role="All access"), make_ticket()
    bin.discard(agent, ticket.id)
    with pytest.raises(NotFound):
        threads.post(agent, ReplyDraft(ticket.id, "note", "x"))
    answer = InboundMessage("portal", "grace@example.org", "Grace", "Re", "Hello?", ticket_id=ticket.id)
    settled = intake.submit(answer, ANONYMOUS)
    assert settled.ticket_id not in (None, ticket.id)


def test_it_goes_for_good_when_its_days_are_over(make_agent: Agents, make_ticket: Make, clock: Clock) -> None:
    agent, ticket, other = make_agent(role="All access"), make_ticket(), make_ticket()
    bin.discard(agent, ticket.id)
    clock.advance(days=29)
    bin.discard(agent, other.id)
    assert bin.sweep() == 0
    clock.advance(days=2)
    assert bin.sweep() == 1
    release()
    assert list(reading().scalars(select(Ticket.id))) == [other.id]
    tickets.remove(system(), other.id)
    assert reading().scalar(select(Ticket.id)) is None
