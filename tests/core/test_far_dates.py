"""Dates at the ends of the calendar, and hours that clocks pass twice or never: taken or refused in words, shown without a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import update

from hookdesk import clock
from hookdesk.api import Actor, Agent, Ticket, transact
from hookdesk.testing.instances import Client
from hookdesk.web import pages

ENDS = ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00")
shown = datetime.fromisoformat


@pytest.mark.parametrize(
    ("zone", "typed", "meant"),
    [
        (
            "Europe/Berlin",
            "2026-03-29 02:30",
            "2026-03-29 01:30",
        ),  # never shown: the clocks go from 2 to 3, so it is half past 3
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30"),  # shown twice: the first time
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:45"),  # half an hour is left out
        ("Africa/Casablanca", "2026-07-01 12:00", "2026-07-01 11:00"),
        ("America/New_York", "1000-01-01 00:00", "1000-01-01 04:56:02"),
        ("Asia/Tokyo", "9997-12-31 23:59", "9997-12-31 14:59"),
    ],
)
def test_what_is_typed_is_one_moment_whatever_the_clocks_do(zone: str, typed: str, meant: str) -> None:
    assert clock.local(shown(typed), zone) == shown(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize("typed", ["0001-01-01 00:00", "0999-12-31 23:59", "9998-01-01 00:00", "9999-12-31 23:59"])
def test_what_no_other_zone_could_show_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        clock.local(shown(typed))


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("end", ENDS)
def test_a_far_moment_is_shown_in_any_zone(monkeypatch: pytest.MonkeyPatch, end: str, zone: str) -> None:
    """Mail may bring any date."""
    monkeypatch.setattr(pages, "_reader", lambda: ("de", ZoneInfo(zone)))
    assert end[:4].lstrip("0") in pages.absolute(shown(end))
    assert " J" in pages.ago(shown(end))


@pytest.mark.plugins("desk", "search", "queues", "storage_fs")
@pytest.mark.requires("search", "queues")
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize("end", ENDS)
def test_conditions_can_name_a_far_moment(
    hookdesk_app: Flask,
    hookdesk_client: Client,
    make_agent: Callable[..., Actor],
    make_ticket: Callable[..., Ticket],
    end: str,
    zone: str,
) -> None:
    agent = make_agent()
    make_ticket("Printer on fire")
    with hookdesk_app.app_context():
        moved = update(Agent).where(Agent.id == agent.agent_id).values(timezone=zone)
        transact(lambda session: session.execute(moved))
    hookdesk_client.sign_in(agent)
    for operator in ("before", "after"):
        part = {"field": "created", "operator": operator, "value": end}
        conditions = quote(json.dumps({"version": 1, "mode": "all", "parts": [part]}))
        for page in ("/agent/search/", "/agent/search/advanced", "/agent/my-queues/new"):
            assert hookdesk_client.get(f"{page}?conditions={conditions}").status_code == 200, page
