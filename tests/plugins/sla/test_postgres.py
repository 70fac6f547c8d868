"""The same on PostgreSQL: a ticket is paused, goes on, is late, and follows a changed plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hookdesk.api import (
    ANONYMOUS,
    InboundMessage,
    Status,
    Ticket,
    TicketEvent,
    intake,
    reading,
    release,
    site,
    system,
    tickets,
)
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.jobs.registry import jobs
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Clock as SiteClock
from hookdesk.testing.instances import SECRET, end, prepare
from hookdesk_sla import rules, services

pytestmark = [pytest.mark.postgres, pytest.mark.requires("sla", "calendars")]


def run(*names: str) -> None:
    """Run jobs until they have nothing to do."""
    for name in names:
        while jobs()[name].job.run():
            release()
    site().plugins.flush()
    release()


def test_a_tickets_clocks(fresh_postgres_url: str, tmp_path: Path, clock: SiteClock) -> None:
    config = Config(instance=tmp_path, secret_key=SECRET, testing=True, database_url=fresh_postgres_url)
    prepare(config, discover(), ("sla", "calendars"))
    app = create_app(config)
    with app.app_context():
        plan_id = next(iter(rules.every().values())).id
        values: dict[str, Any] = {"is_default": True, "schedule_ref": "calendars:2"}
        services.save(system(), services.Values("Standard", {rules.RESOLUTION: {"": 120}}, **values), plan_id)
        message = InboundMessage(channel="portal", sender_address="ada@example.org", subject="Help", text="Please")
        ticket_id = intake.submit(message, ANONYMOUS).ticket_id or 0
        run("outbox")
        ids = {row.key: row.id for row in reading().all(select(Status.id, Status.key))}
        for key in ("pending", "open"):
            clock.advance(hours=1)
            tickets.set_status(system(), ticket_id, ids[key])
            run("outbox", "sla.watch")
        clock.advance(minutes=61)
        run("outbox", "sla.watch")
        overdue = select(TicketEvent.id).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == "overdue")
        assert len(reading().scalars(overdue).all()) == 1
        services.save(system(), services.Values("Standard", {rules.RESOLUTION: {"": 600}}, **values), plan_id)
        run("sla.renew", "sla.watch")
        due = reading().scalar(select(Ticket.due_at).where(Ticket.id == ticket_id))
        assert due is not None
        assert (due - clock.now).total_seconds() == (600 - 121) * 60
    end(app)
