"""Entries of a thread: who may write what, what plugins may make of it, and what the ticket's row repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, String, Table, select

from hookdesk.api import (
    Actor,
    Forbidden,
    NotFound,
    OutboxEvent,
    ReplyDraft,
    actors,
    reading,
    release,
    site,
    threads,
    tickets,
)
from hookdesk.models import Decision, Status, ThreadEntry, Ticket, metadata
from hookdesk.plugins.caller import Implementation

BOTH_DATABASES = True


def install(app: Flask, function: Callable[..., Any], *arguments: str) -> None:
    """Let a made-up plugin alone change replies."""
    app.extensions["hookdesk"].hooks.install("reply_transform", [Implementation("footer", function, arguments)])


def status_id(key: str) -> int:
    """The id of a status."""
    return int(reading().scalar(select(Status.id).where(Status.key == key)))


def stored(ticket_id: int) -> Ticket:
    """The ticket as it stands now."""
    release()
    found: Ticket = reading().scalars(select(Ticket).where(Ticket.id == ticket_id)).one()
    return found


def entry(entry_id: int) -> ThreadEntry:
    """An entry as it stands now."""
    found: ThreadEntry = reading().scalars(select(ThreadEntry).where(ThreadEntry.id == entry_id)).one()
    return found


def test_the_tickets_row_repeats_the_last_public_entry(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """A note counts as an entry and a new version; it neither answers nor shows in lists."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket.id, "note", "secret"))
        now = stored(ticket.id)
        assert (now.entry_count, now.updates, now.is_answered, now.snippet_by) == (
            2,
            ticket.updates + 1,
            False,
            "Grace Hopper",
        )
        threads.post(agent, ReplyDraft(ticket.id, "response", "On\n its way"))
        now = stored(ticket.id)
        assert (now.entry_count, now.is_answered, now.snippet, now.snippet_by) == (3, True, "On its way", agent.name)
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        threads.post(requester, ReplyDraft(ticket.id, "message", "Thanks"))
        now = stored(ticket.id)
        assert (now.entry_count, now.is_answered, now.snippet_by) == (4, False, "Grace Hopper")


def test_who_writes_what(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Agents answer and note, requesters write messages; neither the other's, nor on tickets that they do not see."""
    agent, reader = make_agent(), make_agent("bob", "Bob", role="View and note")
    ticket, other = make_ticket(), make_ticket(email="alan@example.org")
    with hookdesk_app.app_context():
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        for actor, kind in ((agent, "message"), (reader, "response"), (requester, "response"), (requester, "note")):
            with pytest.raises(Forbidden):
                threads.post(actor, ReplyDraft(ticket.id, kind, "x"))
        with pytest.raises(NotFound):
            threads.post(requester, ReplyDraft(other.id, "message", "x"))
        threads.post(reader, ReplyDraft(ticket.id, "note", "x"))


def test_a_requester_sets_no_status(hookdesk_app: Flask, make_ticket: Callable[..., Ticket]) -> None:
    """Whoever fills in the draft: closing is a permission that requesters do not have."""
    ticket = make_ticket()
    with hookdesk_app.app_context():
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        with pytest.raises(Forbidden):
            threads.post(requester, ReplyDraft(ticket.id, "message", "x", status_id=status_id("closed")))
        assert (stored(ticket.id).state, stored(ticket.id).entry_count) == ("open", 1)


def test_a_reply_sets_a_status_in_the_same_breath(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """And a requester's message opens the ticket again; the event says so."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket.id, "response", "Done", status_id=status_id("solved")))
        assert stored(ticket.id).state == "closed"
        requester = actors.requester_actor(ticket.user_id)
        assert requester is not None
        threads.post(requester, ReplyDraft(ticket.id, "message", "No"))
        assert stored(ticket.id).state == "open"
        events = reading().scalars(
            select(OutboxEvent.data).where(OutboxEvent.name == "entry_added").order_by(OutboxEvent.id)
        )
        assert [(data["kind"], data["reopened"], data["agent_id"]) for data in events] == [
            ("response", False, agent.agent_id),
            ("message", True, None),
        ]


def test_an_empty_or_endless_entry_is_refused(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Also one whose HTML shows nothing."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        for draft in (
            ReplyDraft(ticket.id, "response", " \n "),
            ReplyDraft(ticket.id, "response", "", html="<script>alert(1)</script><p> </p>"),
            ReplyDraft(ticket.id, "response", "x" * (threads.MOST_TEXT + 1)),
        ):
            with pytest.raises(tickets.TicketProblem):
                threads.post(agent, draft)
        assert stored(ticket.id).entry_count == 1


def test_the_thread_must_not_have_moved_on(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """`seen` is the version that the writer saw; anything since then keeps the reply back."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        seen = stored(ticket.id).updates
        threads.post(agent, ReplyDraft(ticket.id, "response", "first"), seen=seen)
        with pytest.raises(threads.ThreadChanged):
            threads.post(agent, ReplyDraft(ticket.id, "response", "second"), seen=seen)
        seen = stored(ticket.id).updates
        tickets.set_priority(agent, ticket.id, 1)
        with pytest.raises(threads.ThreadChanged):
            threads.post(agent, ReplyDraft(ticket.id, "response", "second"), seen=seen)
        assert stored(ticket.id).entry_count == 2


def test_plugins_change_a_reply_and_it_is_cleaned_afterwards(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """What a plugin adds is HTML of strangers too; the trace says who changed what, without the words themselves."""
    agent, ticket = make_agent(), make_ticket()

    def add(reply: ReplyDraft, actor: Actor) -> ReplyDraft:
        assert "<script" not in reply.html
        return reply.replace(html=f"{reply.html}<p onclick=x>{actor.name}</p><script>alert(2)</script>", notify=False)

    install(hookdesk_app, add, "reply", "actor")
    with hookdesk_app.app_context():
        made = threads.post(agent, ReplyDraft(ticket.id, "response", "Hi", html="<p>Hi</p><script>alert(1)</script>"))
        assert entry(made).html == f"<p>Hi</p><p>{agent.name}</p>"
        [decision] = reading().scalars(select(Decision).where(Decision.plugin == "footer"))
        assert (decision.outcome, decision.changes) == ("changed", {"notify": [True, False]})


def test_a_plugin_moves_no_reply_to_another_ticket(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """The guard looked at one ticket, so the entry belongs there."""
    agent, ticket, other = make_agent(), make_ticket(), make_ticket()
    install(hookdesk_app, lambda reply: reply.replace(ticket_id=other.id), "reply")
    with hookdesk_app.app_context():
        made = threads.post(agent, ReplyDraft(ticket.id, "response", "x"))
        assert entry(made).ticket_id == ticket.id
        assert stored(other.id).entry_count == 1


def test_a_plugin_turns_no_note_into_a_response(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """The permission that was asked for was another one. The other way round nothing leaks."""
    agent, ticket = make_agent(role="View and note"), make_ticket()
    install(hookdesk_app, lambda reply: reply.replace(kind="response"), "reply")
    with hookdesk_app.app_context():
        with pytest.raises(Forbidden):
            threads.post(agent, ReplyDraft(ticket.id, "note", "x"))
        assert stored(ticket.id).entry_count == 1


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("p_rows__nothing", {"a": 1}),
        ("p_topics__topic", {"name": object()}),
        ("p_topics__topic", {"position": 10**30}),
    ],
)
@pytest.mark.plugins("topics")
def test_bad_rows_cost_nothing_but_themselves(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    table: str,
    values: dict[str, Any],
) -> None:
    """Whatever is wrong with them, and wherever they would go."""
    agent, ticket = make_agent(), make_ticket()
    install(hookdesk_app, lambda reply: reply.with_rows(table, values, ticket_column=""), "reply")
    with hookdesk_app.app_context():
        made = threads.post(agent, ReplyDraft(ticket.id, "response", "x"))
        assert entry(made).text == "x"
        [failure] = site().hooks.recorder.take_failures()
        assert failure.hook == "rows"


@pytest.fixture
def family(hookdesk_app: Flask) -> Iterator[None]:
    """Two tables of a plugin, of which the first by name refers to the second."""
    of_parent = ForeignKey("p_family__parent.name", ondelete="CASCADE")
    tables = [
        Table("p_family__parent", metadata, Column("name", String(20), primary_key=True)),
        Table("p_family__child", metadata, Column("name", String(20), primary_key=True), Column("parent", of_parent)),
    ]
    metadata.create_all(hookdesk_app.extensions["hookdesk"].db.write_engine, tables)
    yield
    for table in tables:
        metadata.remove(table)


@pytest.mark.usefixtures("family")
def test_rows_are_stored_in_the_order_in_which_a_plugin_hands_them_over(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """What a row refers to goes before it, whatever the tables are called."""
    agent, ticket = make_agent(), make_ticket()

    def both(reply: ReplyDraft) -> ReplyDraft:
        reply = reply.with_rows("p_family__parent", {"name": "Ada"}, ticket_column="")
        return reply.with_rows("p_family__child", {"name": "Byron", "parent": "Ada"}, ticket_column="")

    install(hookdesk_app, both, "reply")
    with hookdesk_app.app_context():
        threads.post(agent, ReplyDraft(ticket.id, "response", "x"))
        assert site().hooks.recorder.take_failures() == []
        assert reading().scalar(select(metadata.tables["p_family__child"].c.parent)) == "Ada"


def test_rows_go_to_plugins_tables_alone(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Core's tables have services."""
    agent, ticket = make_agent(), make_ticket()
    row = {"name": "x", "permissions": []}
    install(hookdesk_app, lambda reply: reply.with_rows("role", row, ticket_column=""), "reply")
    with hookdesk_app.app_context():
        assert threads.post(agent, ReplyDraft(ticket.id, "response", "x"))
        [failure] = site().hooks.recorder.take_failures()
        assert (failure.plugin, failure.error) == ("footer", "ValueError: role is no table of a plugin")
