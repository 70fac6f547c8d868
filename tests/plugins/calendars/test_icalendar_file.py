"""Days off out of calendar files, good ones and garbage."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from hookdesk_calendars.icalendar_file import FileProblem, read

pytestmark = pytest.mark.plugins("calendars")
TODAY = date(2026, 6, 1)


def calendar(*events: str) -> bytes:
    """A calendar file with these entries."""
    begin, end = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//\n", "END:VCALENDAR\n"
    body = "".join(f"BEGIN:VEVENT\nUID:{number}\n{event}\nEND:VEVENT\n" for number, event in enumerate(events))
    return (begin + body + end).replace("\n", "\r\n").encode()


def names(content: bytes) -> dict[str, str]:
    """Day → name."""
    return {str(day): how.name for day, how in sorted(read(content, TODAY).days.items())}


@pytest.fixture(autouse=True)
def context(hookdesk_app: Flask) -> object:
    """Words need an application."""
    with hookdesk_app.app_context():
        yield


def test_days_and_stretches_of_days_are_off() -> None:
    content = calendar(
        "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:Christmas",
        "DTSTART;VALUE=DATE:20260701\nSUMMARY:Works\\, outing",
        "DTSTART;VALUE=DATE:20260702\nSUMMARY:Called off\nSTATUS:CANCELLED",
        "DTSTART;VALUE=DATE:19990101\nSUMMARY:Long ago",
    )
    assert names(content) == {
        "2026-07-01": "Works, outing",
        "2026-12-24": "Christmas",
        "2026-12-25": "Christmas",
        "2026-12-26": "Christmas",
    }


def test_what_comes_back_each_year_is_off_each_year() -> None:
    content = calendar(
        "DTSTART;VALUE=DATE:20200106\nRRULE:FREQ=YEARLY;UNTIL=20290101\nEXDATE;VALUE=DATE:20280106\nSUMMARY:Epiphany",
        "DTSTART;VALUE=DATE:20260301\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Course",
    )
    assert list(names(content)) == [
        "2026-01-06",
        "2026-03-01",
        "2026-03-08",
        "2026-03-15",
        "2027-01-06",
    ]


def test_entries_with_times_are_passed_over_and_counted() -> None:
    content = calendar("DTSTART:20260701T100000Z\nSUMMARY:Meeting", "DTSTART;VALUE=DATE:20260702\nSUMMARY:Off")
    found = read(content, TODAY)
    assert (list(found.days), found.passed_over) == ([date(2026, 7, 2)], 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"<html>Sign in to see this calendar</html>",
        b"BEGIN:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:2026-13-77\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        calendar("DTSTART;VALUE=DATE:99999999\nSUMMARY:Never"),
        calendar("SUMMARY:No date"),
        calendar("DTSTART:20260701T100000Z\nSUMMARY:Only a meeting"),
        calendar("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=SECONDLY\nSUMMARY:Always"),
        calendar("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;COUNT=99999999;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:Never"),
        calendar("DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;INTERVAL=0;BYMONTH=2\nSUMMARY:Never gets on"),
        calendar("DTSTART;VALUE=DATE:20260701\nRRULE:nonsense\nSUMMARY:?"),
        calendar("DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY\nSUMMARY:Every day"),
        b"x" * 1_000_001,
    ],
)
def test_garbage_is_told_in_words(content: bytes) -> None:
    with pytest.raises(FileProblem) as problem:
        read(content, TODAY)
    assert str(problem.value)


def test_a_file_whose_rules_find_nothing_does_not_hold_up_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hookdesk_calendars.icalendar_file.SECONDS", 0)
    content = calendar(*["DTSTART;VALUE=DATE:20260701\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 2)
    with pytest.raises(FileProblem, match="takes too long"):
        read(content, TODAY)
