"""A filter that answers a new ticket with a canned response."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from hookdesk.api import (
    Actor,
    Event,
    InboundFile,
    IntakeRecord,
    ThreadEntry,
    Ticket,
    access_number,
    attachments,
    clock,
    reading,
    system,
    transact,
)
from hookdesk.testing import Client
from hookdesk_canned import automatic, services
from hookdesk_canned.models import Response
from hookdesk_canned.services import Values
from hookdesk_email_out.models import Mail

pytestmark = [pytest.mark.plugins("canned", "filters", "storage_fs", "admin"), pytest.mark.requires("filters", "admin")]
GREETING = Values("Greeting", "<p>Hello {{ ticket.first_name }}, this is {{ ticket.number }}.</p>")


@pytest.fixture
def answered(inside: Callable[..., Any]) -> int:
    """A response that a filter sends for every new ticket about a fire; its id."""
    from hookdesk_filters import services as filters
    from hookdesk_filters.rules import RuleValues

    def work() -> int:
        stored = (attachments.store(InboundFile("terms.txt", "text/plain", b"Terms")),)
        row_id = services.save(system(), GREETING, added=stored)
        parts = [{"field": "subject", "operator": "contains", "value": "fire"}]
        conditions = {"version": 1, "mode": "all", "parts": parts}
        filters.save(system(), RuleValues("Fires", conditions, ({"do": "canned", "with": {"to": row_id}},)))
        return row_id

    return int(inside(work))


def test_it_is_sent_in_place_of_the_confirmation_and_the_ticket_stays_open(
    inside: Callable[..., Any],
    answered: int,
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    ticket = make_ticket()
    run_jobs("outbox")

    def work() -> None:
        columns = select(ThreadEntry.kind, ThreadEntry.text, ThreadEntry.agent_id)
        entries = reading().all(columns.where(ThreadEntry.ticket_id == ticket.id).order_by(ThreadEntry.id))
        assert [entry.kind for entry in entries] == ["message", "response"]
        assert entries[1].text == f"Hello Grace, this is {ticket.number}."
        mails = reading().all(select(Mail.template, Mail.address, Mail.auto))
        assert [tuple(mail) for mail in mails] == [("automatic_reply", "grace@example.org", "auto-replied")]
        row = access_number(system(), ticket.number)
        assert (row.is_answered, row.attachment_count) == (False, 1)

    inside(work)


def test_no_machine_is_answered_and_nothing_twice(
    inside: Callable[..., Any],
    answered: int,
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    machine = make_ticket(email="list@example.org")
    meta = update(IntakeRecord).values(meta={"automatic": True})
    inside(lambda: transact(lambda session: session.execute(meta) and None))
    run_jobs("outbox")
    person = make_ticket()
    run_jobs("outbox")
    entry = inside(lambda: reading().scalar(select(ThreadEntry.id).where(ThreadEntry.ticket_id == person.id)))
    again = Event("ticket_created", "again", clock.now(), {"ticket_id": person.id, "entry_id": entry})
    inside(lambda: automatic.answer(again))

    def responses(ticket: Ticket) -> int:
        asked = select(ThreadEntry.id).where(ThreadEntry.ticket_id == ticket.id, ThreadEntry.kind == "response")
        return len(reading().all(asked))

    assert inside(lambda: (responses(machine), responses(person))) == (0, 1)


def test_a_response_that_a_filter_sends_stays(
    hookdesk_client: Client, inside: Callable[..., Any], answered: int, make_agent: Callable[..., Actor]
) -> None:
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    page = f"/agent/canned/{answered}"
    assert "Fires" in hookdesk_client.get(page).text
    assert "Fires sends it" in hookdesk_client.submit(page, to=f"{page}/delete").text
    assert inside(lambda: reading().scalar(select(Response.id))) == answered
