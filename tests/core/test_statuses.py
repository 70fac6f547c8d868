"""Statuses and priorities as an administrator keeps them: what a site needs stays, and tickets follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    Actor,
    InboundMessage,
    Priority,
    ReplyDraft,
    Status,
    SystemLog,
    Ticket,
    directory,
    intake,
    reading,
    release,
    shown_name,
    statuses,
    system,
    threads,
    tickets,
    transact,
)
from hookdesk.api import directory as lists
from hookdesk.services.statuses import PriorityData, StatusData

BOTH_DATABASES = True


def rows(model: Any) -> dict[str, Any]:
    release()
    return {row.key: row for row in reading().scalars(select(model))}


def open_one() -> Ticket:
    settled = intake.submit(InboundMessage("portal", "grace@example.org", "Grace", "Fire", "x"), ANONYMOUS)
    release()
    return reading().scalars(select(Ticket).where(Ticket.id == settled.ticket_id)).one()


def write(ticket: Ticket) -> None:
    """The requester writes on the ticket's page."""
    message = InboundMessage("portal", "grace@example.org", "Grace", "Fire", "More", ticket_id=ticket.id)
    intake.submit(message, ANONYMOUS)
    release()


def now(ticket: Ticket) -> str:
    release()
    return str(
        reading().scalar(select(Status.key).join(Ticket, Ticket.status_id == Status.id).where(Ticket.id == ticket.id))
    )


def test_new_ones_get_a_key_after_their_name_and_a_place(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        for name in ("On hold!", "On hold?", "保留"):
            statuses.save_status(system(), None, StatusData(name))
        statuses.save_priority(system(), None, PriorityData("Now"))
        found = rows(Status)
        assert found["on_hold"].position == 4
        assert found["status"].name == "保留"
        assert any(key.startswith("on_hold_") for key in found)
        assert min(row.rank for row in rows(Priority).values()) == rows(Priority)["now"].rank < 10


@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        ("open", {"is_active": False}, "is_active"),
        ("open", {"is_default": False}, "is_default"),
        ("open", {"state": "closed"}, "state"),
        ("open", {"name": "Solved"}, "name"),
        ("solved", {"is_default": True}, "state"),
        ("pending", {"reopens_as_id": 9999}, "reopens_as_id"),
        ("pending", {"reopens_as_id": "solved"}, "reopens_as_id"),
    ],
)
def test_a_site_keeps_what_it_cannot_do_without(
    hookdesk_app: Flask, key: str, changes: dict[str, Any], field: str
) -> None:
    with hookdesk_app.app_context():
        found = rows(Status)
        given = {name: getattr(found[key], name) for name in StatusData.__slots__}
        changed = {name: found[value].id if value == "solved" else value for name, value in changes.items()}
        with pytest.raises(directory.DirectoryProblem) as refused:
            statuses.save_status(system(), found[key].id, StatusData(**{**given, **changed}))
        assert refused.value.field == field
        assert rows(Status)[key].name == found[key].name


def test_the_last_way_to_close_stays(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        found = rows(Status)
        statuses.save_status(system(), found["solved"].id, StatusData("Solved", "closed", is_active=False))
        with pytest.raises(directory.DirectoryProblem, match="last status that closes"):
            statuses.save_status(system(), found["closed"].id, StatusData("Closed", "closed", is_active=False))
        with pytest.raises(directory.DirectoryProblem, match="last status that closes"):
            statuses.save_status(system(), found["closed"].id, StatusData("Closed", "open"))


def test_a_status_that_tickets_have_neither_goes_nor_changes_its_state(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        ticket, found = open_one(), rows(Status)
        tickets.set_status(system(), ticket.id, found["pending"].id)
        with pytest.raises(directory.DirectoryProblem, match="Tickets have this status"):
            statuses.save_status(system(), found["pending"].id, StatusData("Waiting for requester", "closed"))
        with pytest.raises(directory.DirectoryProblem, match="in use: 1 ticket"):
            lists.remove(system(), "status", found["pending"].id)
        tickets.set_status(system(), ticket.id, found["solved"].id)
        with pytest.raises(directory.DirectoryProblem, match="get the default"):
            lists.remove(system(), "status", found["open"].id)
        lists.remove(system(), "priority", rows(Priority)["high"].id)
        assert "high" not in rows(Priority)


def test_what_is_out_of_use_is_given_to_no_ticket(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        ticket, found = open_one(), rows(Status)
        statuses.save_status(system(), found["pending"].id, StatusData("Waiting for requester", is_active=False))
        statuses.save_priority(system(), rows(Priority)["high"].id, PriorityData("High", is_active=False))
        with pytest.raises(tickets.TicketProblem):
            tickets.set_status(system(), ticket.id, found["pending"].id)
        with pytest.raises(tickets.TicketProblem):
            tickets.set_priority(system(), ticket.id, rows(Priority)["high"].id)


def test_a_requesters_message_leads_where_the_status_says(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        again = statuses.save_status(system(), None, StatusData("Came back"))
        found = rows(Status)
        statuses.save_status(system(), found["solved"].id, StatusData("Solved", "closed", reopens_as_id=again))
        statuses.save_status(system(), found["closed"].id, StatusData("Closed", "closed", may_reopen=False))
        ticket = open_one()
        for key, wanted in (("solved", "came_back"), ("closed", "closed"), ("pending", "open")):
            tickets.set_status(system(), ticket.id, found[key].id)
            write(ticket)
            assert now(ticket) == wanted
        statuses.save_status(system(), again, StatusData("Came back", is_active=False))
        tickets.set_status(system(), ticket.id, found["solved"].id)
        write(ticket)
        assert now(ticket) == "open"


def test_tickets_follow_when_priorities_are_put_in_another_order(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        several = [open_one() for _ in range(3)]
        found = rows(Priority)
        order = [found[key].id for key in ("low", "normal", "high", "emergency")]
        statuses.arrange(system(), "priority", order)
        assert [statuses.settle_ranks(2), statuses.settle_ranks(2), statuses.settle_ranks(2)] == [2, 1, 0]
        release()
        ranks = set(reading().scalars(select(Ticket.priority_rank).where(Ticket.id.in_([one.id for one in several]))))
        assert ranks == {rows(Priority)["normal"].rank} == {20}
        for odd in ([], order[:3], [*order, order[0]], [*order[:3], 9999]):
            with pytest.raises(directory.DirectoryProblem, match="changed meanwhile"):
                statuses.arrange(system(), "priority", odd)


def test_names_are_shown_in_the_readers_language_until_somebody_changes_them(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context(), force_locale("de"):
        assert shown_name("Waiting for requester") == "Wartet auf Antwort"
        assert shown_name("High") == "Hoch"
        assert shown_name("Bei der Werkstatt") == "Bei der Werkstatt"


def test_a_plugin_is_told_of_the_answer_that_goes_with_a_status(
    hookdesk_app: Flask, make_agent: Callable[..., Actor], make_ticket: Callable[..., Ticket]
) -> None:
    """Whoever asks for an answer before a ticket is closed takes the reply that closes it for one."""
    from hookdesk.plugins.caller import Implementation

    agent, ticket = make_agent(), make_ticket()

    def unanswered(ticket: Any, state: str) -> str | None:
        return None if ticket["is_answered"] or state == "open" else "answer it first"

    hooks = hookdesk_app.extensions["hookdesk"].hooks
    hooks.install("transition_allowed", [Implementation("rules", unanswered, ("ticket", "state"))])
    with hookdesk_app.app_context():
        solved = rows(Status)["solved"].id
        with pytest.raises(Exception, match="answer it first"):
            tickets.set_status(agent, ticket.id, solved)
        with pytest.raises(Exception, match="answer it first"):
            threads.post(agent, ReplyDraft(ticket.id, "note", "x", status_id=solved))
        threads.post(agent, ReplyDraft(ticket.id, "response", "Done", status_id=solved))
        assert now(ticket) == "solved"


def test_changes_are_logged(hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        statuses.save_status(system(), rows(Status)["pending"].id, StatusData("Parked", look="pending"))
        assert transact(lambda session: session.scalar(select(SystemLog.message).order_by(SystemLog.id.desc()))) == (
            "Hookdesk changed the status Parked: name"
        )
