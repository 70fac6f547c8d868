"""What the log of calls and kept answers tell about a person goes with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.plugins.api_osticket.conftest import Program
from werkzeug.test import TestResponse

from hookdesk.api import Ticket, User, UserEmail, reading, system, transact
from hookdesk_api_osticket.models import Claim
from hookdesk_people import erasing, records

pytestmark = [pytest.mark.plugins("api_osticket", "people", "storage_fs"), pytest.mark.requires("people", "storage_fs")]
GRACE = "grace@example.org"
BROKEN_FILE = [{"my secret plan.txt": "data:text/plain;base64,???"}]


@pytest.fixture
def known(program: Program, hookdesk_app: Flask, ticket_of: Callable[[TestResponse], Ticket]) -> Ticket:
    """A ticket by the API with a file that could not be attached; then its requester was banned, and a program told of it."""
    ticket = ticket_of(program.json(attachments=BROKEN_FILE))

    def ban(session: Any) -> None:
        session.get(User, ticket.user_id).is_banned = True

    with hookdesk_app.app_context():
        transact(ban)
    refused = program.post("/api/tickets.json", body(hookdesk_app), Idempotency_Key="once")
    assert (refused.status_code, GRACE in refused.text) == (403, True)
    return ticket


def body(app: Flask) -> str:
    """A ticket of Grace's."""
    return app.json.dumps({"name": "Grace", "email": GRACE, "subject": "Again", "message": "Please"})


def kept(app: Flask, all_calls: Callable[[], list[Any]]) -> str:
    """Notes and answers."""
    with app.app_context():
        answers = list(reading().scalars(select(Claim.answer)))
    return "\n".join([*(line.note for line in all_calls()), *answers])


def test_what_names_somebody_who_is_erased_is_blanked(
    hookdesk_app: Flask,
    known: Ticket,
    all_calls: Callable[[], list[Any]],
    run_jobs: Callable[..., int],
    program: Program,
) -> None:
    assert all(word in kept(hookdesk_app, all_calls) for word in ("my secret plan.txt", GRACE))
    lines = [(line.operation, line.status, line.ticket_id) for line in all_calls()]
    with hookdesk_app.app_context():
        erasing.erase(system(), known.user_id, with_tickets=False)
    run_jobs()
    after = kept(hookdesk_app, all_calls)
    assert not any(word in after for word in ("my secret plan.txt", GRACE))
    assert [
        (line.operation, line.status, line.ticket_id) for line in all_calls()
    ] == lines  # that there were calls stays
    again = program.post("/api/tickets.json", body(hookdesk_app), Idempotency_Key="once")
    assert again.status_code == 403  # and the same call still makes no ticket


def test_nobody_else_is_touched(
    hookdesk_app: Flask, known: Ticket, all_calls: Callable[[], list[Any]], run_jobs: Callable[..., int],
    make_ticket: Callable[..., Ticket],
) -> None:  # fmt: skip
    other, before = make_ticket(email="ada@example.org"), kept(hookdesk_app, all_calls)
    with hookdesk_app.app_context():
        erasing.erase(system(), other.user_id, with_tickets=False)
    run_jobs()
    assert kept(hookdesk_app, all_calls) == before


def test_who_asks_is_told_of_the_calls_about_their_tickets(hookdesk_app: Flask, known: Ticket) -> None:
    with hookdesk_app.app_context():
        assert reading().scalar(select(UserEmail.user_id).where(UserEmail.address == GRACE)) == known.user_id
        (line,) = records.everything(known.user_id)["api_osticket: calls"]
    assert (line["operation"], line["status"], line["ticket"]) == ("tickets.json", 201, known.number)
    assert "my secret plan.txt" in line["note"]
