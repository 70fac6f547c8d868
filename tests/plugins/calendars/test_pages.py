"""The schedules' pages of the admin panel."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from hookdesk.api import Actor, Department, SlaHooks, release, site, system, transact
from hookdesk.testing import Client
from hookdesk_calendars import hours, reading, services
from hookdesk_calendars.pattern import Day

pytestmark = pytest.mark.plugins("calendars", "admin")
FORM = {
    "name": "Berlin", "timezone": "Europe/Berlin", "monday": "9:00-12:00, 13:00-17:00", "tuesday": "9-17", "wednesday": "", "thursday": "",
    "friday": "", "country": "DE", "region": "BE", "days": "2026-12-24 9:00-12:00 Christmas Eve\n2026-12-28 Works outing",
}  # fmt: skip
PAGE = "/admin/schedules"


@pytest.fixture
def panel(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> Client:
    """A browser with an administrator."""
    hookdesk_client.sign_in(make_agent("root", "Root", is_admin=True))
    return hookdesk_client


def refs(app: Flask) -> dict[str, str]:
    """Name → reference of every schedule."""
    with app.app_context():
        return {name: ref for ref, name in reading.choices()}


def test_a_schedule_is_made_shown_again_changed_and_deleted(panel: Client, hookdesk_app: Flask) -> None:
    assert "The schedule Berlin is saved." in panel.submit(f"{PAGE}/new", FORM).text
    ref = refs(hookdesk_app)["Berlin"]
    page = f"{PAGE}/{ref.partition(':')[2]}"
    shown = panel.get(page).text
    assert 'value="9:00-12:00, 13:00-17:00"' in shown
    assert "2026-12-24 9:00-12:00 Christmas Eve" in shown
    with hookdesk_app.app_context():
        calendar = site().hooks.first(SlaHooks.business_calendar, ref=ref)
        assert calendar is not None
        monday = datetime(2026, 12, 21, 7, tzinfo=UTC)
        assert calendar.between(monday, datetime(2026, 12, 29, tzinfo=UTC)) == (7 + 8 + 3) * 3600
    panel.submit(page, {**FORM, "monday": "", "days": "", "country": "", "region": ""})
    with hookdesk_app.app_context():
        changed = site().hooks.first(SlaHooks.business_calendar, ref=ref)
        assert changed is not None
        assert changed.between(monday, datetime(2026, 12, 29, tzinfo=UTC)) == 8 * 3600
    assert "The schedule Berlin is deleted." in panel.submit(page, to=f"{page}/delete").text
    assert "Berlin" not in refs(hookdesk_app)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Give the schedule a name."),
        ({"name": "Office hours"}, "already"),
        ({"monday": "", "tuesday": "", "days": ""}, "Nobody would ever work"),
        ({"monday": "9-12, 11-14"}, "9:00-12:00 and 11:00-14:00 overlap."),
        ({"monday": "22-6"}, "ends before it begins"),
        ({"monday": "9-25"}, "a day ends at 24:00"),
        ({"monday": "9:77-12"}, "an hour at minute 59"),
        ({"monday": "nine to five"}, "are no hours"),
        ({"timezone": "Europe/Atlantis"}, "Not a valid choice"),
        ({"country": "XX"}, "Not a valid choice"),
        ({"region": "TX"}, "That country has: BB, BE"),
        ({"days": "tomorrow off"}, "begins with no date"),
        ({"days": "2026-02-30 off"}, "begins with no date"),
        ({"days": "2026-12-24 Eve\n2026-12-24 Again"}, "twice"),
        ({"days": "2026-12-24 12-9 Eve"}, "ends before it begins"),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(
    panel: Client, hookdesk_app: Flask, changes: dict[str, str], words: str
) -> None:
    answer = panel.submit(f"{PAGE}/new", {**FORM, **changes})
    assert answer.status_code == 422
    assert words in answer.text.replace("&#39;", "'")
    assert set(refs(hookdesk_app)) == {"Around the clock", "Office hours"}


def send_file(panel: Client, page: str, content: bytes, **changes: str) -> Any:
    """Send the form with a calendar file."""
    return panel.submit(page, {**FORM, **changes, "file": (io.BytesIO(content), "holidays.ics")})  # type: ignore[dict-item]  # a file among texts


def test_days_of_a_calendar_file_are_kept_until_they_are_forgotten(panel: Client, hookdesk_app: Flask) -> None:
    today = date.today().year  # noqa: DTZ011  # the file is held against today
    content = (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{today}1231\r\nSUMMARY:Stocktaking\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    assert "1 day off was taken from the file." in send_file(panel, f"{PAGE}/new", content.encode()).text
    number = refs(hookdesk_app)["Berlin"].partition(":")[2]
    with hookdesk_app.app_context():
        assert [row.name for row in reading.special_days(int(number), "file")] == ["Stocktaking"]
    page = f"{PAGE}/{number}"
    assert "1 day off stems from a file." in panel.get(page).text
    panel.submit(page, FORM)
    refused = send_file(panel, page, b"<html>garbage")
    assert "The file " in refused.text
    with hookdesk_app.app_context():
        assert len(reading.special_days(int(number), "file")) == 1
    panel.submit(page, {**FORM, "forget_file": "y"})
    with hookdesk_app.app_context():
        assert reading.special_days(int(number), "file") == []


def test_what_is_the_default_or_in_use_is_not_deleted(panel: Client, hookdesk_app: Flask) -> None:
    known = refs(hookdesk_app)
    default, other = (known[name].partition(":")[2] for name in ("Office hours", "Around the clock"))
    assert "The default schedule stays." in panel.submit(f"{PAGE}/{default}", to=f"{PAGE}/{default}/delete").text
    with hookdesk_app.app_context():

        def work(session: Any) -> None:
            session.get(Department, 1).schedule_ref = f"calendars:{other}"

        transact(work)
    answer = panel.submit(f"{PAGE}/{other}", to=f"{PAGE}/{other}/delete")
    assert "Around the clock is in use: department Support. Nothing was deleted." in answer.text
    assert refs(hookdesk_app) == known


def test_hours_and_days_read_what_they_write() -> None:
    for text in ("", "0:00-24:00", "9:00-12:00, 13:00-17:30"):
        assert hours.show(hours.parse(text)) == text
    assert hours.parse("9-12,12-17") == ((540, 1020),)
    days = {date(2026, 12, 24): Day(((540, 720),), "Eve"), date(2026, 12, 25): Day((), "Christmas 2026")}
    assert hours.parse_days(hours.show_days(days)) == days


def test_only_administrators_see_them(hookdesk_client: Client, make_agent: Callable[..., Actor]) -> None:
    hookdesk_client.sign_in(make_agent())
    assert hookdesk_client.get(PAGE).status_code == 403


def test_no_schedule_without_a_working_minute(hookdesk_app: Flask, make_agent: Callable[..., Actor]) -> None:
    with hookdesk_app.app_context():
        long_ago = {date(2001, 1, 1): Day(((0, 1440),), "")}
        with pytest.raises(services.ScheduleProblem):
            services.save(make_agent(), services.Values("Never", "UTC", ((),) * 7, days=long_ago))


def test_hours_that_an_older_transaction_reads_are_not_taken_for_the_new_ones(hookdesk_app: Flask) -> None:
    """Another thread saves while a read transaction that began before is still open."""
    day = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def save() -> None:
        with hookdesk_app.app_context():
            days = {day.date(): Day((), "Outing")}
            services.save(
                system(), services.Values("Office", "UTC", (((540, 1020),),) * 7, is_default=True, days=days), 1
            )
            assert reading.by_ref("calendars:2") is not None

    with hookdesk_app.app_context():
        assert list(reading.special_days(1)) == []
        other = Thread(target=save)
        other.start()
        other.join()
        assert reading.by_ref("calendars:1") is not None
        release()
        found = reading.by_ref("calendars:1")
        assert found is not None
        assert found.spans(day, day + timedelta(hours=1)) == []
