"""The plans' pages of the admin panel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Actor, Priority, Ticket, reading, release
from hookdesk.testing import Client
from hookdesk.testing import Clock as SiteClock
from hookdesk_sla import durations, rules
from hookdesk_sla.rules import Rule, Step

pytestmark = pytest.mark.plugins("sla", "calendars", "admin")
PAGE = "/admin/sla"
FORM = {
    "name": "Gold", "schedule_ref": "", "warn_percent": "80", "is_active": "y", "time-first_response-": "1h", "time-resolution-": "8h",
    "step-0-time": "30m", "step-0-when": "before", "step-0-target": "first_response", "step-0-do": "notify:assignee",
    "step-1-time": "", "step-1-when": "after", "step-1-target": "", "step-1-do": "notify:manager",
}  # fmt: skip


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def plans(app: Flask) -> dict[str, Rule]:
    """Every plan by its name."""
    with app.app_context():
        return {rule.name: rule for rule in rules.every().values()}


def test_a_plan_is_made_shown_again_changed_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    with hookdesk_app.app_context():
        high = reading().scalar(select(Priority.id).where(Priority.key == "high"))
    made = panel.submit(f"{PAGE}/new", {**FORM, f"time-first_response-{high}": "15m"})
    assert "The SLA plan Gold is saved." in made.text
    gold = plans(hookdesk_app)["Gold"]
    assert gold.targets == {"first_response": {"": 60, str(high): 15}, "resolution": {"": 480}}
    before, at = gold.steps
    assert (before.minutes, before.act, before.to) == (-30, "notify", "assignee")
    assert (at.minutes, at.target, at.to) == (0, "", "manager")
    page = f"{PAGE}/{gold.id}"
    shown = panel.get(page).text
    assert 'value="15m"' in shown
    keys = {f"step-{place}-key": step.key for place, step in enumerate(gold.steps)}
    panel.submit(page, {**FORM, **keys, "time-resolution-": "", "step-0-time": "45m"})
    changed = plans(hookdesk_app)["Gold"]
    assert changed.targets == {"first_response": {"": 60}}
    assert changed.steps[0] == Step(before.key, "first_response", -45, "notify", "assignee")
    assert "The SLA plan Gold is deleted." in panel.submit(page, to=f"{page}/delete").text
    assert "Gold" not in plans(hookdesk_app)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Give the plan a name."),
        ({"name": "Standard"}, "already"),
        ({"time-first_response-": "", "time-resolution-": "", "step-0-do": "", "step-0-time": ""}, "promises nothing"),
        ({"time-first_response-": "soon"}, "8h, 1h 30m or 45m"),
        ({"time-first_response-": "99999h"}, "between one minute"),
        ({"time-first_response-": "0"}, "between one minute"),
        ({"warn_percent": "150"}, "1 to 99"),
        ({"warn_percent": "a few"}, "1 to 99"),
        ({"schedule_ref": "calendars:4711"}, "Not a valid choice"),
        ({"step-0-do": "notify:agent:4711"}, "of what there is"),
        ({"step-0-do": "explode"}, "of what there is"),
        ({"step-0-time": "x"}, "8h, 1h 30m or 45m"),
        ({"step-0-when": "meanwhile"}, "Choose one of the list."),
        ({"time-first_response-": ""}, "for which the plan has no time"),
        ({"is_default": "y", "is_active": ""}, "has to be in use"),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(
    panel: Client, hookdesk_app: Flask, changes: dict[str, str], words: str
) -> None:
    answer = panel.submit(f"{PAGE}/new", {**FORM, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert list(plans(hookdesk_app)) == ["Standard"]


def test_a_plan_that_is_used_or_the_default_stays(
    panel: Client, hookdesk_app: Flask, make_ticket: Callable[..., Ticket]
) -> None:
    standard = plans(hookdesk_app)["Standard"]
    page = f"{PAGE}/{standard.id}"
    assert "The default plan stays." in panel.submit(page, to=f"{page}/delete").text
    make_ticket()
    panel.submit(f"{PAGE}/new", {**FORM, "is_default": "y"})
    refused = panel.submit(page, to=f"{page}/delete").text
    assert "Standard is in use: 1 open ticket. Nothing was deleted." in refused
    assert set(plans(hookdesk_app)) == {"Gold", "Standard"}
    schedule = panel.submit(
        f"{PAGE}/{plans(hookdesk_app)['Gold'].id}", {**FORM, "is_default": "y", "schedule_ref": "calendars:2"}
    )
    assert "is saved" in schedule.text
    answer = panel.submit("/admin/schedules/2", to="/admin/schedules/2/delete")
    assert "SLA plan Gold" in answer.text


def test_a_change_can_be_seen_before_it_is_saved_and_then_moves_open_tickets(
    panel: Client,
    hookdesk_app: Flask,
    clock: SiteClock,
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    standard = plans(hookdesk_app)["Standard"]
    ticket = make_ticket("The press is down")
    run_jobs()
    clock.advance(hours=2)
    page = f"{PAGE}/{standard.id}"
    change = {
        "name": "Standard",
        "schedule_ref": "",
        "warn_percent": "75",
        "is_active": "y",
        "is_default": "y",
        "time-first_response-": "1h",
    }
    seen = panel.submit(page, {**change, "act": "preview"}).text
    assert "1 open ticket was looked at." in seen
    assert "1 deadline would be overdue at once:" in seen
    assert "The press is down" in seen
    assert plans(hookdesk_app)["Standard"] == standard, "nothing was saved"
    panel.submit(page, change)
    run_jobs()
    with hookdesk_app.app_context():
        due = reading().scalar(select(Ticket.due_at).where(Ticket.id == ticket.id))
        assert due == datetime(2026, 6, 1, 13, tzinfo=UTC)
        release()
    back = panel.submit(page, {**change, "time-first_response-": "3h", "act": "preview"}).text
    assert "1 that is overdue now would not be any more." in back


def test_changed_hours_move_open_tickets(
    panel: Client,
    hookdesk_app: Flask,
    clock: SiteClock,
    make_ticket: Callable[..., Ticket],
    run_jobs: Callable[..., int],
) -> None:
    ticket = make_ticket()
    run_jobs()
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00-17:00")
    given: dict[str, Any] = {
        "name": "Office hours", "timezone": "UTC", "is_default": "y", "country": "", **week, "monday": "9:00-14:00",
    }  # fmt: skip
    assert "is saved" in panel.submit("/admin/schedules/1", given).text
    run_jobs()
    with hookdesk_app.app_context():
        due = reading().scalar(select(Ticket.due_at).where(Ticket.id == ticket.id))
        assert due == datetime(2026, 6, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("8h", 480),
        ("8", 480),
        ("1h 30m", 90),
        ("1h30", 90),
        ("45 min", 45),
        ("1,5 h", 90),
        ("0.5", 30),
        ("2 hours 5 minutes", 125),
    ],
)
def test_times_as_people_write_them(text: str, minutes: int) -> None:
    assert durations.parse(text) == minutes
    assert durations.parse(durations.show(minutes)) == minutes


def test_only_administrators_see_them(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(PAGE).status_code == 403


def test_priorities_are_named_in_the_readers_language(panel: Client, hookdesk_app: Flask) -> None:
    panel.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    page = panel.get("/admin/sla/new").text
    assert "Notfall" in page
    assert "Emergency" not in page
