"""The intake ledger, deliveries, jobs, the log and the banner."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from hookdesk.models import Decision, Delivery, IntakeRecord, SystemLog, Ticket
from hookdesk.services import intake
from hookdesk.site import site
from hookdesk.testing import Client
from hookdesk_admin import watch

pytestmark = [pytest.mark.plugins("admin", "auth_password"), pytest.mark.requires("admin")]

THEN = datetime(2026, 6, 1, tzinfo=UTC)


def quarantined(app: Flask, raw: bytes, channel: str = "fax") -> int:
    """A record of a channel that no plugin reads."""
    with app.app_context():
        intake_id = intake.receive(channel, raw, {"remote": "192.0.2.1"})
        assert intake_id is not None
        intake.process(intake_id)
    return intake_id


def dead_letters(app: Flask, count: int) -> list[int]:
    """Deliveries that were given up."""
    with app.app_context(), site().db.write() as session:
        rows = [
            Delivery(
                event="ticket_created", key=f"k{number}", data={"ticket_id": number}, plugin="auth_password",
                state="dead", attempts=12, error=f"OSError: <b>{number}</b>", happened_at=THEN, due_at=THEN,
            )
            for number in range(count)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        watch.forget()
        return [row.id for row in rows]


def test_the_ledger_balances_and_leads_to_each_outcome(
    hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket
) -> None:
    quarantined(hookdesk_app, b"x")
    for path in ("/admin/", "/admin/intake"):
        page = admin_client.get(path).get_data(as_text=True)
        numbers = [int(number) for number in re.findall(r'<b class="big">([\d,]+)</b>', page)]
        assert numbers[0] == sum(numbers[1:]) == 2
    page = admin_client.get("/admin/intake?outcome=quarantined").get_data(as_text=True)
    assert page.count('class="row-link') == 1
    assert ">fax</a>" in page  # a chip for the channel
    assert admin_client.get("/admin/intake?channel=portal").get_data(as_text=True).count('class="row-link') == 1


def test_a_record_shows_its_bytes_harmlessly(hookdesk_app: Flask, admin_client: Client) -> None:
    raw = b"<script>alert(1)</script>\x00\x1b[31m\xff" + b"a" * 70_000
    intake_id = quarantined(hookdesk_app, raw)
    page = admin_client.get(f"/admin/intake/{intake_id}").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;␀␛[31m�a" in page
    assert "the first 64 kB of 70 kB" in page
    assert "a" * 65_000 in page
    assert "a" * 66_000 not in page
    download = admin_client.get(f"/admin/intake/{intake_id}/raw")
    assert download.data == raw
    assert download.mimetype == "application/octet-stream"
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert download.headers["X-Content-Type-Options"] == "nosniff"


def test_the_decisions_about_a_record_stand_beside_it(hookdesk_app: Flask, admin_client: Client) -> None:
    intake_id = quarantined(hookdesk_app, b"x")
    with hookdesk_app.app_context(), site().db.write() as session:
        session.add(
            Decision(
                intake_id=intake_id, hook="intake_screen", plugin="spam_words", outcome="quarantine",
                reason="contains <casino>", changes={"topic": ["", "7"]}, compared=[], microseconds=1500, created_at=THEN,
            )
        )  # fmt: skip
    page = admin_client.get(f"/admin/intake/{intake_id}").get_data(as_text=True)
    assert "contains &lt;casino&gt;" in page
    assert "topic: – → 7" in page
    assert "1.5&nbsp;ms" in page


def test_a_quarantined_record_is_replayed(hookdesk_app: Flask, admin_client: Client, a_ticket: Ticket) -> None:
    """The portal's record of a ticket is set back to quarantine, as if a rule that is gone now had held it."""
    with hookdesk_app.app_context(), site().db.write() as session:
        record = session.get(IntakeRecord, 1)
        assert record is not None
        record.outcome, record.ticket_id, record.entry_id = "quarantined", None, None
    page = admin_client.submit("/admin/intake/1", to="/admin/intake/1/replay").get_data(as_text=True)
    assert "It went through" in page
    assert ">Ticket</span>" in page
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalar(select(func.count()).select_from(Ticket)) == 2
    again = admin_client.submit("/admin/settings", to="/admin/intake/1/replay").get_data(as_text=True)
    assert "Only a quarantined or rejected record can be replayed." in again
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalar(select(func.count()).select_from(Ticket)) == 2


def test_a_replay_that_ends_as_before_says_so(hookdesk_app: Flask, admin_client: Client) -> None:
    intake_id = quarantined(hookdesk_app, b"x")
    page = admin_client.submit(f"/admin/intake/{intake_id}", to=f"/admin/intake/{intake_id}/replay").get_data(
        as_text=True
    )
    assert "It ended as before" in page


def test_dead_letters_are_replayed_and_dropped(hookdesk_app: Flask, admin_client: Client) -> None:
    first, second, third = dead_letters(hookdesk_app, 3)
    page = admin_client.get("/admin/deliveries").get_data(as_text=True)
    assert "OSError: &lt;b&gt;0&lt;/b&gt;" in page
    told = admin_client.submit("/admin/deliveries", {"act": "replay", "selected": [str(first), "x", ""]})
    assert "1 delivery is tried again now." in told.get_data(as_text=True)
    asked = admin_client.submit("/admin/deliveries", {"act": "drop", "selected": [str(second), str(third)]})
    assert "Drop 2 deliveries?" in asked.get_data(as_text=True)
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert reading.scalar(select(func.count()).select_from(Delivery)) == 3
    sure = {"act": "drop", "selected": [str(second), str(third)], "confirmed": "1"}
    assert "2 deliveries were dropped." in admin_client.submit("/admin/deliveries", sure).get_data(as_text=True)
    with hookdesk_app.app_context(), site().db.read() as reading:
        assert [row.state for row in reading.all(select(Delivery.state))] == ["waiting"]
        assert "dropped 2 dead deliveries" in str(
            reading.scalar(select(SystemLog.message).order_by(SystemLog.id.desc()))
        )
    nothing = admin_client.submit("/admin/deliveries?show=waiting", {"act": "replay"}, to="/admin/deliveries")
    assert "Choose some first." in nothing.get_data(as_text=True)


def test_the_banner_tells_administrators_alone(hookdesk_app: Flask, admin_client: Client, agent_client: Client) -> None:
    dead_letters(hookdesk_app, 1)
    page = admin_client.get("/admin/agents").get_data(as_text=True)
    assert "Some events did not reach their plugin and are kept." in page
    assert "No worker is running" in page
    assert "page-banner" not in agent_client.get("/agent/account", follow_redirects=True).get_data(as_text=True)


def test_jobs_are_listed_and_woken(hookdesk_app: Flask, admin_client: Client) -> None:
    page = admin_client.get("/admin/jobs").get_data(as_text=True)
    assert "Hand events to their subscribers" in page
    told = admin_client.submit("/admin/jobs", to="/admin/jobs/outbox/run").get_data(as_text=True)
    assert "outbox was asked to run" in told
    assert admin_client.submit("/admin/jobs", to="/admin/jobs/nothing/run").status_code == 404


def test_the_log_is_filtered_by_level(hookdesk_app: Flask, admin_client: Client) -> None:
    with hookdesk_app.app_context(), site().db.write() as session:
        for level in ("info", "warning", "error"):
            session.add(SystemLog(level=level, source="test", message=f"a line of {level}", created_at=THEN))

    def lines(query: str) -> set[str]:
        return set(re.findall(r"a line of (\w+)", admin_client.get(f"/admin/log{query}").get_data(as_text=True)))

    assert lines("") == {"info", "warning", "error"}
    assert lines("?level=warning") == {"warning", "error"}
    assert lines("?level=error") == {"error"}
