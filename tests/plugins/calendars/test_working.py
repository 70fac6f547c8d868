"""Working time, held against a reference that looks at every minute, over changes of the clocks in ten zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hookdesk.api import clock
from hookdesk_calendars.pattern import Day, Pattern, Ranges
from hookdesk_calendars.working import WorkingTime

MINUTE = timedelta(minutes=1)
CHANGES = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "Europe/London": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "America/Sao_Paulo": ("2018-11-04T03:00", "2019-02-17T02:00"),
    "America/St_Johns": ("2026-03-08T05:30", "2026-11-01T04:30"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Asia/Beirut": ("2026-03-28T22:00", "2026-10-24T21:00"),
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),
    "Pacific/Apia": ("2011-12-30T10:00", "2012-03-31T14:00"),
    "Asia/Kathmandu": ("2026-01-01T00:00", "2026-07-01T00:00"),
}
"""Zone → two of its changes in UTC; a half-hour one, one over a whole day (Samoa left out 30 December 2011), and a zone that has none."""


@st.composite
def ranges(draw: st.DrawFn) -> Ranges:
    """The hours of a day: up to three stretches that do not touch."""
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Pattern, datetime]:
    """A schedule, and a moment within three days of a change of its clocks."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    change = datetime.fromisoformat(draw(st.sampled_from(CHANGES[zone]))).replace(tzinfo=UTC)
    near = change + timedelta(minutes=draw(st.integers(-3 * 1440, 3 * 1440)))
    near_days = st.integers(-4, 8).map(lambda days: (change + timedelta(days=days)).date())
    days = draw(st.dictionaries(near_days, ranges().map(Day), max_size=2))
    week = draw(st.lists(ranges(), min_size=7, max_size=7))
    return Pattern(zone, tuple(week), days), near


def is_worked(pattern: Pattern, moment: datetime) -> bool:
    """What a clock on the wall and the schedule beside it say."""
    local = moment.astimezone(ZoneInfo(pattern.zone))
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in pattern.on(local.date()))


many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@many
@given(schedules(), st.integers(0, 4 * 1440))
def test_time_between_is_the_number_of_worked_minutes(made: tuple[Pattern, datetime], length: int) -> None:
    pattern, start = made
    end = start + timedelta(minutes=length)
    minutes = [start + index * MINUTE for index in range(length)]
    worked = sum(is_worked(pattern, minute) for minute in minutes)
    found = WorkingTime("", pattern)
    assert found.between(start, end) == worked * 60
    spans = found.spans(start, end)
    assert sum((stop - begin).total_seconds() for begin, stop in spans) == worked * 60
    assert all(first[1] < second[0] for first, second in pairwise(spans))


@many
@given(schedules(), st.integers(1, 2 * 1440))
def test_adding_ends_with_the_minute_that_makes_it_full(made: tuple[Pattern, datetime], wanted: int) -> None:
    pattern, start = made
    found = WorkingTime("", pattern).add(start, wanted * 60)
    left, moment = wanted, start
    for _minute in range(5 * 1440):
        left -= is_worked(pattern, moment)
        moment += MINUTE
        if not left:
            assert found == moment
            return
    assert found > moment


@many
@given(schedules(), st.integers(1, 2 * 1440))
def test_going_back_ends_with_the_minute_that_makes_it_full(made: tuple[Pattern, datetime], wanted: int) -> None:
    pattern, start = made
    found = WorkingTime("", pattern).add(start, -wanted * 60)
    left, moment = wanted, start
    for _minute in range(5 * 1440):
        moment -= MINUTE
        left -= is_worked(pattern, moment)
        if not left:
            assert found == moment
            return
    assert found < moment


@many
@given(schedules(), st.integers(1, 30 * 86_400 * 1_000_000))
def test_what_was_added_lies_between(made: tuple[Pattern, datetime], micros: int) -> None:
    pattern, start = made
    found = WorkingTime("", pattern)
    end = found.add(start, micros / 1_000_000)
    if end != clock.NEVER:
        assert found.between(start, end) == micros / 1_000_000


OFFICE = ((), (), (), (), (), (), ())
WEEK: tuple[Ranges, ...] = (((540, 1020),),) * 5 + ((), ())


def berlin(*given: int) -> datetime:
    """A moment by the clocks of Berlin."""
    return datetime(*given, tzinfo=ZoneInfo("Europe/Berlin"))  # type: ignore[misc, arg-type]  # year, month, day, hour, minute


def test_a_promise_of_friday_evening_is_due_on_monday() -> None:
    office = WorkingTime("Office", Pattern("Europe/Berlin", WEEK))
    assert office.add(berlin(2026, 6, 5, 16), 2 * 3600) == berlin(2026, 6, 8, 10)
    assert office.add(berlin(2026, 6, 5, 16), 3600) == berlin(2026, 6, 5, 17)
    assert office.add(berlin(2026, 6, 6, 12), -3600) == berlin(2026, 6, 5, 16)
    assert office.add(berlin(2026, 6, 6, 12), 0) == berlin(2026, 6, 6, 12)


def test_holidays_and_days_of_the_schedule_itself_are_left_out() -> None:
    days = {date(2026, 5, 4): Day((), "Works outing"), date(2026, 5, 2): Day(((540, 660),), "Stocktaking")}
    office = WorkingTime("Office", Pattern("Europe/Berlin", WEEK, days, "DE", "BE"))
    assert office.add(berlin(2026, 4, 30, 16), 4 * 3600) == berlin(2026, 5, 5, 10)
    off = office.closed_days(berlin(2026, 4, 30), berlin(2026, 5, 6))
    assert [(begin, name) for begin, _end, name in off] == [
        (berlin(2026, 5, 1), "Erster Mai"),
        (berlin(2026, 5, 4), "Works outing"),
    ]


def test_where_nobody_ever_works_nothing_is_due() -> None:
    nobody = WorkingTime("Nobody", Pattern("Europe/Berlin", OFFICE))
    assert nobody.add(berlin(2026, 6, 5, 16), 1) == clock.NEVER
    assert nobody.add(berlin(2026, 6, 5, 16), -1).year == 2014
    assert nobody.between(berlin(2026, 6, 5), berlin(2027, 6, 5)) == 0
    assert nobody.between(berlin(2026, 6, 5), berlin(2026, 6, 5)) == 0
