"""Days off out of an iCalendar file (RFC 5545), as calendar programs and authorities give them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from time import monotonic
from typing import Any

from flask_babel import gettext as _

from hookdesk.api import clean_line
from hookdesk_calendars.pattern import Day

MOST_BYTES = 1_000_000
MOST_DAYS = 3_000
LONGEST = 400
"""Days that one entry may last."""
SECONDS = 5
"""A rule that finds nothing is followed to the year 9999; a file of many such rules is not."""
AHEAD = timedelta(days=3653)
BEHIND = timedelta(days=366)
_FREQUENCIES = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_PLAIN = {"FREQ", "COUNT", "INTERVAL", "WKST"}


class FileProblem(ValueError):
    """The file cannot be used; the message is for whoever gave it."""


@dataclass(frozen=True, slots=True)
class Found:
    """The days off of a file, and how many of its entries are none: those that do not last whole days."""

    days: Mapping[date, Day]
    passed_over: int


def read(content: bytes, today: date) -> Found:
    """The days off from a year ago to ten years from now.

    Raises:
        FileProblem: it is no calendar file, or has no days off, or far too many.
    """
    if len(content) > MOST_BYTES:
        raise FileProblem(_("The file is larger than 1 MB. A list of days off is not."))
    days: dict[date, Day] = {}
    passed_over = 0
    first, last = today - BEHIND, today + AHEAD
    until = monotonic() + SECONDS
    try:
        for event in _calendar(content).walk("VEVENT"):
            if not _is_whole_day(event):
                passed_over += 1
                continue
            name = clean_line(str(event.get("SUMMARY", "")))[:200]
            for day in _days(event, first, last):
                days.setdefault(day, Day((), name))
            if len(days) > MOST_DAYS:
                raise FileProblem(_("The file has more than %(most)s days off.", most=MOST_DAYS))
            if monotonic() > until:
                raise FileProblem(_("Reading the file takes too long. A list of days off does not."))
    except FileProblem:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError) as error:
        raise FileProblem(
            _("The file cannot be read as a calendar (.ics): %(reason)s", reason=str(error)[:200])
        ) from error
    if not days:
        raise FileProblem(_("The file has no whole days between %(first)s and %(last)s.", first=first, last=last))
    return Found(days, passed_over)


def _calendar(content: bytes) -> Any:
    """The parsed file."""
    import icalendar  # only whoever gives a file needs it

    return icalendar.Calendar.from_ical(content)


def _is_whole_day(event: Any) -> bool:
    """Whether an entry has dates instead of times, and was not called off."""
    begins = event.get("DTSTART")
    is_date = begins is not None and not isinstance(begins.dt, datetime)
    return is_date and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _days(event: Any, first: date, last: date) -> Iterator[date]:
    """Each day of an entry, as often as it comes back, between two dates."""
    begins = event["DTSTART"].dt
    length = 1
    if "DTEND" in event:
        length = (event["DTEND"].dt - begins).days
    elif "DURATION" in event:
        length = event["DURATION"].dt.days
    for begin in _returns(event, begins, last):
        for number in range(min(max(length, 1), LONGEST)):
            day = begin + timedelta(days=number)
            if first <= day <= last:
                yield day


def _returns(event: Any, begins: date, last: date) -> Iterator[date]:
    """The first days of an entry: once, or by its rule.

    A rule that runs by the hour, never gets on, or counts what it may never find, is refused.
    """
    if "RRULE" not in event:
        yield begins
        return
    from dateutil.rrule import rrulestr

    rule = dict(event["RRULE"])
    parts = {str(name).upper() for name in rule}
    frequency = str(rule.get("FREQ", [""])[0]).upper()
    if (
        frequency not in _FREQUENCIES
        or rule.get("INTERVAL", [1])[0] < 1
        or parts & {"BYHOUR", "BYMINUTE", "BYSECOND"}
        or ("COUNT" in parts and parts - _PLAIN)
    ):
        raise FileProblem(
            _("“%(name)s” comes back by a rule that days off do not have.", name=str(event.get("SUMMARY", ""))[:80])
        )
    end = datetime.combine(last, time())
    until = rule.pop("UNTIL", [None])[0]
    if until is not None:
        end = min(end, datetime.combine(until.date() if isinstance(until, datetime) else until, time()))
    words = event["RRULE"].__class__(rule).to_ical().decode()
    if "COUNT" not in parts:
        words += f";UNTIL={end:%Y%m%dT%H%M%S}"
    skipped = _exceptions(event)
    for moment in islice(rrulestr(words, dtstart=datetime.combine(begins, time())), MOST_DAYS * 10):
        if moment > end:
            return
        if moment.date() not in skipped:
            yield moment.date()


def _exceptions(event: Any) -> set[date]:
    """Days on which an entry does not come back after all."""
    given = event.get("EXDATE", [])
    lists = given if isinstance(given, list) else [given]
    found = {item.dt for one in lists for item in one.dts}
    return {moment.date() if isinstance(moment, datetime) else moment for moment in found}
