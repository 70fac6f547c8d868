"""The clocks on a ticket's page, and what an agent changes there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, SlaHooks, Status, Ticket, access_number, reading, release, site, system, tickets
from hookdesk.testing import Client
from hookdesk.testing import Clock as SiteClock
from hookdesk_sla import timeline

pytestmark = pytest.mark.plugins("sla", "calendars", "desk")


@pytest.fixture
def desk(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an agent."""
    hookdesk_client.sign_in(make_agent())
    return hookdesk_client


def fixed(app: Flask, ticket_id: int) -> Any:
    """The date that is set on a ticket."""
    with app.app_context():
        return reading().scalar(select(Ticket.fixed_due_at).where(Ticket.id == ticket_id))


def test_the_page_shows_what_is_due_and_the_list_too(
    plan: Any, desk: Client, make_ticket: Any, clock: SiteClock
) -> None:
    plan(first_response={"": 60}, resolution={"": 480})
    ticket = make_ticket()
    page = f"/agent/tickets/{ticket.number}"
    assert "First response · 60 min left" in desk.get(page).text
    assert "60 min left" in desk.get("/agent/").text
    clock.advance(minutes=50)
    assert 'class="sla sla-soon"' in desk.get("/agent/").text
    clock.advance(minutes=15)
    assert "First response · 5 min over" in desk.get(page).text
    assert 'class="sla sla-late"' in desk.get("/agent/").text


def test_an_agent_sets_and_takes_back_a_date(
    plan: Any, desk: Client, hookdesk_app: Flask, make_ticket: Any, run_jobs: Any
) -> None:
    plan(first_response={"": 60})
    ticket = make_ticket()
    page, to = f"/agent/sla/tickets/{ticket.number}", f"/agent/sla/tickets/{ticket.number}/due"
    desk.submit(page, {"due": "2026-06-03T10:00"}, to=to)
    assert fixed(hookdesk_app, ticket.id) == datetime(2026, 6, 3, 10, tzinfo=UTC)
    run_jobs()
    assert 'value="2026-06-03T10:00"' in desk.get(page).text
    for bad in ("2020-01-01T10:00", "yesterday", "9999-99-99T99:99", "0001-01-01T00:00"):
        assert "Nothing was changed" in desk.submit(page, {"due": bad}, to=to).text
    assert fixed(hookdesk_app, ticket.id) == datetime(2026, 6, 3, 10, tzinfo=UTC)
    desk.submit(page, {"due": ""}, to=to)
    assert fixed(hookdesk_app, ticket.id) is None


def test_an_agent_puts_a_ticket_under_another_plan(
    plan: Any, desk: Client, hookdesk_app: Flask, make_ticket: Any, run_jobs: Any
) -> None:
    plan(first_response={"": 60})
    ticket = make_ticket()
    page, to = f"/agent/sla/tickets/{ticket.number}", f"/agent/sla/tickets/{ticket.number}/plan"
    assert "Nothing was changed: There is no such SLA plan." in desk.submit(page, {"plan": "sla:99"}, to=to).text
    desk.submit(page, {"plan": ""}, to=to)
    run_jobs()
    assert "Nothing is promised" not in desk.get(page).text, "its clock is shown as dropped"
    with hookdesk_app.app_context():
        assert site().hooks.first(SlaHooks.sla_due, ticket_ids=[ticket.id]) == {}


def test_who_may_not_edit_changes_nothing(
    plan: Any, hookdesk_client: Client, hookdesk_app: Flask, make_ticket: Any, make_agent: Any
) -> None:
    plan(first_response={"": 60})
    ticket = make_ticket()
    hookdesk_client.sign_in(make_agent("eve", "Eve", role="View and note"))
    page = f"/agent/sla/tickets/{ticket.number}"
    assert "Due date of its own" not in hookdesk_client.get(page).text
    assert hookdesk_client.submit("/agent/", {"due": ""}, to=f"{page}/due").status_code == 403
    assert hookdesk_client.get("/agent/sla/tickets/4711").status_code == 404


def test_the_line_is_made_of_what_happened(
    plan: Any, hookdesk_app: Flask, make_ticket: Any, clock: SiteClock, make_agent: Any, run_jobs: Any
) -> None:
    plan(resolution={"": 8 * 60})
    ticket, ada = make_ticket(), make_agent()
    ids = {row.key: row.id for row in reading().all(select(Status.id, Status.key))}
    for hours, key in ((1, "pending"), (1, "open"), (1, "")):
        clock.advance(hours=hours)
        if key:
            tickets.set_status(ada, ticket.id, ids[key])
        run_jobs()
        release()
    line = timeline.of(access_number(system(), ticket.number)).lines[0]
    assert (line.name, line.state, line.used, line.allowance) == ("Resolution", "ok", "2h", "8h")
    assert line.due_at == datetime(2026, 6, 2, 13, tzinfo=UTC)
    kinds = [block.kind for block in line.blocks]
    assert kinds == ["ahead", "ahead", "worked", "worked", "paused"]
    assert [note[0] for note in line.notes] == ["paused: pending"]


def test_the_sidebar_counts_what_is_overdue(plan: Any, desk: Client, make_ticket: Any, clock: SiteClock) -> None:
    plan(first_response={"": 60})
    late = make_ticket("The press is down")
    clock.advance(minutes=61)
    make_ticket("Nothing urgent")
    page = desk.get("/agent/queues/overdue").text
    assert "The press is down" in page
    assert "Nothing urgent" not in page
    assert f"/agent/tickets/{late.number}" in page
    clock.advance(minutes=-10)
    assert "The press is down" not in desk.get("/agent/queues/overdue").text
