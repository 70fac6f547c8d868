"""Tickets: stored from whatever plugins made of the draft, changed one property at a time, and deleted with all that hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    Forbidden,
    InboundFile,
    InboundMessage,
    NotFound,
    OutboxEvent,
    Outcome,
    ReplyDraft,
    TicketDraft,
    attachments,
    intake,
    reading,
    release,
    site,
    threads,
    tickets,
    transact,
)
from hookdesk.models import (
    Agent,
    Attachment,
    Decision,
    Department,
    IntakeRecord,
    Priority,
    Referral,
    Status,
    Team,
    ThreadEntry,
    Ticket,
    TicketEvent,
)
from hookdesk.plugins.caller import Implementation

BOTH_DATABASES = True
MESSAGE = InboundMessage("portal", "grace@example.org", "Grace", "Fire", "It burns")
NOWHERE = [0, -1, 10**6, 10**30]


def stored(ticket_id: int) -> Ticket:
    """The ticket as it stands now."""
    release()
    found: Ticket = reading().scalars(select(Ticket).where(Ticket.id == ticket_id)).one()
    return found


def install(app: Flask, hook: str, function: Callable[..., Any], *arguments: str) -> None:
    """Let a made-up plugin alone implement a hook."""
    app.extensions["hookdesk"].hooks.install(hook, [Implementation("rules", function, arguments)])


@pytest.mark.parametrize("number", NOWHERE)
def test_a_draft_that_names_what_is_not_there_still_becomes_a_ticket(hookdesk_app: Flask, number: int) -> None:
    """A rule may outlive the agent or team that it names. The ticket falls back to the defaults and to nobody."""
    for name in ("department_id", "status_id", "priority_id", "assignee_id", "team_id", "organization_id"):
        install(hookdesk_app, "ticket_filter", lambda draft, name=name: draft.replace(**{name: number}), "draft")
        with hookdesk_app.app_context():
            settled = intake.submit(MESSAGE, ANONYMOUS)
            assert (name, settled.outcome) == (name, Outcome.TICKET)
            assert settled.ticket_id is not None
            ticket = stored(settled.ticket_id)
        assert (ticket.assignee_id, ticket.team_id, ticket.organization_id) == (None, None, None)
        assert ticket.department_id
        assert ticket.state == "open"


def test_a_ticket_is_not_given_to_who_has_left(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    """Nor to a team or department that is closed."""
    agent = make_agent()

    def leave(session: Any) -> tuple[int, int]:
        session.get(Agent, agent.agent_id).is_active = False
        team, department = Team(name="Old", is_active=False), Department(name="Closed", is_active=False)
        session.add_all([team, department])
        session.flush()
        return team.id, department.id

    with hookdesk_app.app_context():
        team_id, department_id = transact(leave)
        install(
            hookdesk_app, "ticket_filter",
            lambda draft: draft.replace(assignee_id=agent.agent_id, team_id=team_id, department_id=department_id), "draft",
        )  # fmt: skip
        settled = intake.submit(MESSAGE, ANONYMOUS)
        assert settled.ticket_id is not None
        ticket = stored(settled.ticket_id)
    assert (ticket.assignee_id, ticket.team_id) == (None, None)
    assert ticket.department_id != department_id


@pytest.mark.parametrize(
    "changes", [{"subject": None}, {"topic": 7}, {"department_id": "Sales"}, {"fields": []}, {"nothing": 1}]
)
def test_a_filter_that_sets_nonsense_is_named_and_passed_over(hookdesk_app: Flask, changes: Mapping[str, Any]) -> None:
    """It fails where it says so, not later where nobody knows whose it was."""
    install(hookdesk_app, "ticket_filter", lambda draft: draft.replace(**changes), "draft")
    with hookdesk_app.app_context():
        settled = intake.submit(MESSAGE, ANONYMOUS)
        assert settled.outcome is Outcome.TICKET
        [failure] = site().hooks.recorder.take_failures()
        assert (failure.plugin, failure.hook) == ("rules", "ticket_filter")
        assert failure.error.startswith("TypeError")


def test_a_long_subject_is_cut_and_an_empty_one_named(hookdesk_app: Flask) -> None:
    """One line of at most 500 characters."""
    with hookdesk_app.app_context():
        for subject, expected in (("x" * 600, "x" * 500), (" \r\n ", "(no subject)"), ("a\r\nBcc: b", "a Bcc: b")):
            settled = intake.submit(MESSAGE.replace(subject=subject), ANONYMOUS)
            assert settled.ticket_id is not None
            assert stored(settled.ticket_id).subject == expected


@pytest.fixture
def told(hookdesk_app: Flask) -> Callable[[int], list[tuple[str, Any, Any]]]:
    """The lines of a ticket's log: (kind, before, after)."""

    def read(ticket_id: int) -> list[tuple[str, Any, Any]]:
        release()
        rows = reading().all(
            select(TicketEvent.kind, TicketEvent.data)
            .where(TicketEvent.ticket_id == ticket_id)
            .order_by(TicketEvent.id)
        )
        return [(row.kind, row.data.get("before"), row.data.get("after")) for row in rows if "after" in row.data]

    return read


def test_each_change_leaves_a_line_in_words_an_event_and_a_new_version(
    hookdesk_app: Flask,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    told: Callable[[int], list[tuple[str, Any, Any]]],
) -> None:
    """The log names people and things, not their ids."""
    agent, other, ticket = make_agent(is_admin=True), make_agent("bob", "Bob"), make_ticket()

    def prepare(session: Any) -> tuple[int, int, int]:
        team, second, department = Team(name="Fire brigade"), Team(name="Police"), Department(name="Sales")
        session.add_all([team, second, department])
        session.flush()
        return team.id, second.id, department.id

    with hookdesk_app.app_context():
        team_id, second_id, department_id = transact(prepare)
        high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
        solved = reading().scalar(select(Status.id).where(Status.key == "solved"))
        tickets.assign(agent, ticket.id, other.agent_id, team_id)
        tickets.assign(agent, ticket.id, None, second_id)
        tickets.transfer(agent, ticket.id, department_id)
        tickets.set_priority(agent, ticket.id, high)
        tickets.set_status(agent, ticket.id, solved)
        tickets.set_status(agent, ticket.id, solved)  # no change, no line
        assert told(ticket.id) == [
            ("assignee", "", "Bob"),
            ("team", "", "Fire brigade"),
            ("assignee", "Bob", ""),
            ("team", "Fire brigade", "Police"),
            ("department", "Support", "Sales"),
            ("priority", "Normal", "High"),
            ("status", "Open", "Solved"),
        ]
        now = stored(ticket.id)
        assert (now.updates, now.state, now.closed_at is not None) == (ticket.updates + 7, "closed", True)
        whats = reading().scalars(
            select(OutboxEvent.data).where(OutboxEvent.name == "ticket_changed").order_by(OutboxEvent.id)
        )
        assert [data["what"] for data in whats] == [kind for kind, _, _ in told(ticket.id)]


@pytest.mark.parametrize("number", NOWHERE)
def test_what_is_not_there_cannot_be_chosen(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket], number: int
) -> None:
    """A clear error, whatever the number."""
    agent, ticket = make_agent(is_admin=True), make_ticket()
    with hookdesk_app.app_context():
        for change in (tickets.transfer, tickets.set_priority, tickets.set_status):
            with pytest.raises(tickets.TicketProblem):
                change(agent, ticket.id, number)
        if number:  # 0 is nobody
            for who in ((number, None), (None, number)):
                with pytest.raises(tickets.TicketProblem):
                    tickets.assign(agent, ticket.id, *who)
        with pytest.raises(NotFound):
            tickets.transfer(agent, number, 1)


def test_a_plugin_may_forbid_a_transition(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """`transition_allowed` is told ticket, actor and the key of the wanted status, also when a reply sets it."""
    agent, ticket = make_agent(is_admin=True), make_ticket()
    seen: list[tuple[str, str, str]] = []

    def forbid(ticket: Mapping[str, Any], actor: Actor, status: str) -> str | None:
        seen.append((ticket["number"], actor.name, status))
        return "Write a resolution first." if status == "solved" else None

    install(hookdesk_app, "transition_allowed", forbid, "ticket", "actor", "status")
    with hookdesk_app.app_context():
        solved = reading().scalar(select(Status.id).where(Status.key == "solved"))
        with pytest.raises(Forbidden, match="Write a resolution first"):
            tickets.set_status(agent, ticket.id, solved)
        with pytest.raises(Forbidden, match="Write a resolution first"):
            threads.post(agent, ReplyDraft(ticket.id, "response", "Done", status_id=solved))
        assert stored(ticket.id).entry_count == 1
    assert seen == [(ticket.number, agent.name, "solved")] * 2


@pytest.mark.plugins("storage_fs")
def test_a_deleted_ticket_leaves_nothing_but_its_record(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Entries, attachments, decisions, log and referrals go; the ledger still counts the message; the event tells those who keep more."""
    install(hookdesk_app, "ticket_filter", lambda draft: draft.replace(priority_id=1), "draft")
    agent, kept = make_agent(role="All access"), make_ticket()
    ticket = make_ticket(files=[InboundFile("a.txt", "text/plain", b"a")])
    with hookdesk_app.app_context():
        transact(
            lambda session: session.add(
                Referral(ticket_id=ticket.id, agent_id=agent.agent_id, created_at=ticket.created_at)
            )
        )
        threads.post(agent, ReplyDraft(ticket.id, "note", "x"))
        tickets.remove(agent, ticket.id)
        for model in (ThreadEntry, Attachment, Decision, TicketEvent, Referral):
            assert reading().scalar(select(func.count()).where(model.ticket_id == ticket.id)) == 0
        assert reading().scalar(select(func.count()).select_from(Ticket)) == 1
        assert stored(kept.id).entry_count == 1
        record = reading().scalars(select(IntakeRecord).order_by(IntakeRecord.id.desc()).limit(1)).one()
        assert (record.outcome, record.ticket_id, record.entry_id) == ("ticket", None, None)
        assert intake.ledger()["ticket"] == 2
        [data] = reading().scalars(select(OutboxEvent.data).where(OutboxEvent.name == "ticket_deleted"))
        assert data == {"ticket_id": ticket.id, "number": ticket.number, "agent_id": agent.agent_id}
        with pytest.raises(NotFound):
            tickets.remove(agent, ticket.id)


def test_deleting_needs_the_permission(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """An agent's usual role lacks it."""
    agent, ticket = make_agent(), make_ticket()
    with hookdesk_app.app_context():
        with pytest.raises(Forbidden, match=r"ticket\.delete"):
            tickets.remove(agent, ticket.id)
        assert stored(ticket.id)


def test_filters_stand_in_a_chain(hookdesk_app: Flask) -> None:
    """Each sees what the one before it made; None leaves the draft as it is."""

    def first(draft: TicketDraft) -> TicketDraft:
        return draft.replace(subject=f"[1] {draft.subject}")

    def last(draft: TicketDraft) -> TicketDraft:
        return draft.replace(subject=f"[2] {draft.subject}")

    chain = [("a", first), ("b", lambda draft: None), ("c", last)]
    hookdesk_app.extensions["hookdesk"].hooks.install(
        "ticket_filter", [Implementation(name, function, ("draft",)) for name, function in chain]
    )
    with hookdesk_app.app_context():
        settled = intake.submit(MESSAGE, ANONYMOUS)
        assert settled.ticket_id is not None
        assert stored(settled.ticket_id).subject == "[2] [1] Fire"
        with pytest.raises(attachments.NoStorage):
            intake.submit(MESSAGE.replace(files=(InboundFile("a", "text/plain", b"a"),)), ANONYMOUS)
