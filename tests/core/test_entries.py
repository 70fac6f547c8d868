"""Entries after they were written: edited by whom, with what they said before; sent once more; moved to another ticket."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.access import Forbidden, NotFound
from hookdesk.api import (
    Actor,
    Attachment,
    InboundFile,
    IntakeRecord,
    OutboxEvent,
    ReplyDraft,
    ThreadEntry,
    Ticket,
    actors,
    entries,
    reading,
    release,
    threads,
    tickets,
    transact,
)

BOTH_DATABASES = True
Make = Callable[..., Ticket]
Agents = Callable[..., Actor]


@pytest.fixture(autouse=True)
def in_context(hookdesk_app: Flask) -> Iterator[None]:
    """Inside an application context."""
    with hookdesk_app.app_context():
        yield


def told(name: str) -> list[dict[str, object]]:
    """What subscribers of an event will be told."""
    release()
    return list(reading().scalars(select(OutboxEvent.data).where(OutboxEvent.name == name)))


def text(entry_id: int) -> str:
    """What an entry says now."""
    release()
    return str(reading().scalar(select(ThreadEntry.text).where(ThreadEntry.id == entry_id)))


def test_whoever_wrote_it_may_change_it_and_what_it_said_is_kept(make_agent: Agents, make_ticket: Make) -> None:
    agent, other, boss = make_agent(), make_agent("bob", "Bob"), make_agent("boss", "Boss", role="All access")
    ticket = make_ticket()
    entry_id = threads.post(agent, ReplyDraft(ticket.id, "response", "We ship on Monday"))
    entries.edit(agent, entry_id, "We ship on Tuesday")
    with pytest.raises(Forbidden):
        entries.edit(other, entry_id, "Never")
    entries.edit(boss, entry_id, "We ship on Friday")
    assert text(entry_id) == "We ship on Friday"
    assert [(one.author, one.text) for one in entries.versions(other, entry_id)] == [
        (agent.name, "We ship on Monday"),
        (agent.name, "We ship on Tuesday"),
    ]
    stored = reading().scalars(select(Ticket).where(Ticket.id == ticket.id)).one()
    assert stored.snippet == "We ship on Friday"
    assert [data["entry_id"] for data in told("entry_edited")] == [entry_id, entry_id]


def test_what_cannot_be_an_entry_is_refused(make_agent: Agents, make_ticket: Make) -> None:
    """Nothing, or a note that the reader may not know of; a change that changes nothing leaves no version."""
    agent, ticket = make_agent(role="All access"), make_ticket()
    entry_id = threads.post(agent, ReplyDraft(ticket.id, "note", "Psst"))
    with pytest.raises(tickets.TicketProblem):
        entries.edit(agent, entry_id, " ")
    entries.edit(agent, entry_id, "Psst")
    assert not entries.versions(agent, entry_id)
    requester = actors.requester_actor(ticket.user_id)
    assert requester is not None
    with pytest.raises(NotFound):
        entries.access_entry(requester, entry_id)
    with pytest.raises(Forbidden):
        entries.versions(requester, entry_id - 1)


def test_a_reply_is_sent_once_more_to_those_who_take_part(make_agent: Agents, make_ticket: Make) -> None:
    agent, ticket = make_agent(), make_ticket()
    entry_id = threads.post(agent, ReplyDraft(ticket.id, "response", "Here"))
    for wanted in ((), (agent.user_id or 0,)):
        with pytest.raises(tickets.TicketProblem):
            entries.resend(agent, entry_id, wanted)
    entries.resend(agent, entry_id, [ticket.user_id, agent.user_id or 0])
    [data] = told("resend_requested")
    assert (data["entry_id"], data["user_ids"]) == (entry_id, [ticket.user_id])


@pytest.mark.plugins("storage_fs")
def test_entries_move_with_their_files_and_what_they_came_in_by(make_agent: Agents, make_ticket: Make) -> None:
    agent = make_agent()
    source = make_ticket(files=[InboundFile("a.txt", "text/plain", b"a")])
    target = make_ticket("Another", "Older words")
    first = reading().scalar(select(ThreadEntry.id).where(ThreadEntry.ticket_id == source.id))
    threads.post(agent, ReplyDraft(source.id, "response", "Stays here"))

    def work(session: Session) -> None:
        both = [tickets.locked(session, one.id) for one in (source, target)]
        entries.move(session, *both, [first])

    transact(work)
    release()
    rows = {row.id: row for row in reading().scalars(select(Ticket))}
    assert (rows[source.id].entry_count, rows[source.id].attachment_count, rows[source.id].snippet) == (
        1,
        0,
        "Stays here",
    )
    assert (rows[target.id].entry_count, rows[target.id].attachment_count) == (2, 1)
    for model, column in (
        (ThreadEntry, ThreadEntry.id),
        (Attachment, Attachment.entry_id),
        (IntakeRecord, IntakeRecord.entry_id),
    ):
        assert reading().scalar(select(model.ticket_id).where(column == first)) == target.id
    [data] = told("entries_moved")
    assert (data["ticket_id"], data["from_id"], data["entry_ids"]) == (target.id, source.id, [first])
