"""The arithmetic of working time.

A year is laid out once as stretches of UTC, with how much was worked before each; from then on, adding and measuring are look-ups.
Moments are counted in whole microseconds, so that nothing is lost or gained at the seams.

What a wall clock shows decides: an hour that a change of the clocks leaves out is not worked, and one that comes twice is worked twice.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hookdesk.api import BusinessCalendar, clock
from hookdesk_calendars.pattern import Pattern

SECOND = 1_000_000
DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
MOST_YEARS = 12
"""Where so many years bring no working time, none is expected any more."""
_LOOK = DAY // 2


@dataclass(frozen=True, slots=True)
class Year:
    """The stretches of one UTC year in microseconds, the working time `before` and `after` each, and all of it."""

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]
    total: int

    def worked(self, moment: int) -> int:
        """How much of the year's working time lies before a moment of it."""
        place = bisect_right(self.ends, moment)
        if place == len(self.ends):
            return self.total
        return self.before[place] + max(0, moment - self.starts[place])


class WorkingTime(BusinessCalendar):
    """A schedule that can be reckoned with."""

    def __init__(self, name: str, pattern: Pattern) -> None:
        """Nothing is laid out before somebody asks."""
        self.name = name
        self.pattern = pattern
        self._zone = ZoneInfo(pattern.zone)
        self._years: dict[int, Year] = {}

    def add(self, start: datetime, seconds: float) -> datetime:
        """See `BusinessCalendar.add`: the earliest such moment, or, backwards, the latest."""
        wanted = round(seconds * SECOND)
        if wanted == 0:
            return start
        moment = _micros(start)
        year = start.astimezone(UTC).year
        position = self._year(year).worked(moment) + wanted
        return self._forward(year, position) if wanted > 0 else self._backward(year, position)

    def _forward(self, year: int, position: int) -> datetime:
        """The earliest moment with that much working time before it, counted from the year's beginning."""
        last = min(year + MOST_YEARS, 9998)
        while position > (here := self._year(year)).total:
            position -= here.total
            year += 1
            if year > last:
                return clock.NEVER
        place = bisect_left(here.after, position)
        return _moment(here.starts[place] + position - here.before[place])

    def _backward(self, year: int, position: int) -> datetime:
        """The latest moment with that much working time before it."""
        first = max(year - MOST_YEARS, 2)
        while position < 0 or not self._year(year).total:
            year -= 1
            if year < first:
                return datetime(first, 1, 1, tzinfo=UTC)
            position += self._year(year).total
        here = self._year(year)
        if position >= here.total:
            return _moment(here.ends[-1])
        place = bisect_right(here.before, position) - 1
        return _moment(here.starts[place] + position - here.before[place])

    def between(self, start: datetime, end: datetime) -> float:
        """See `BusinessCalendar.between`."""
        if end <= start:
            return 0.0
        first, last = start.astimezone(UTC).year, end.astimezone(UTC).year
        passed = sum(self._year(year).total for year in range(first, last))
        passed += self._year(last).worked(_micros(end)) - self._year(first).worked(_micros(start))
        return passed / SECOND

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """See `BusinessCalendar.spans`."""
        low, high = _micros(start), _micros(end)
        found: list[tuple[int, int]] = []
        for year in range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1):
            here = self._year(year)
            for place in range(bisect_right(here.ends, low), bisect_left(here.starts, high)):
                begin, stop = max(here.starts[place], low), min(here.ends[place], high)
                if found and found[-1][1] == begin:  # over New Year
                    found[-1] = (found[-1][0], stop)
                else:
                    found.append((begin, stop))
        return [(_moment(begin), _moment(stop)) for begin, stop in found]

    def closed_days(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime, str]]:
        """See `BusinessCalendar.closed_days`."""
        found = []
        day, last = start.astimezone(self._zone).date(), end.astimezone(self._zone).date()
        while day <= last:
            name = self.pattern.named(day)
            if name and not self.pattern.on(day):
                begin = datetime(day.year, day.month, day.day, tzinfo=self._zone)
                after = day + timedelta(days=1)
                found.append((begin, datetime(after.year, after.month, after.day, tzinfo=self._zone), name))
            day += timedelta(days=1)
        return found

    def _year(self, year: int) -> Year:
        """A year, laid out at first use."""
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._lay_out(year)
        return known

    def _lay_out(self, year: int) -> Year:
        """The stretches of a UTC year."""
        starts: list[int] = []
        ends: list[int] = []
        for begin, end in self._stretches(year):
            if ends and begin <= ends[-1]:
                ends[-1] = end
            else:
                starts.append(begin)
                ends.append(end)
        before, after, total = [], [], 0
        for begin, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - begin
            after.append(total)
        return Year(starts, ends, before, after, total)

    def _stretches(self, year: int) -> Iterator[tuple[int, int]]:
        """The working hours of a UTC year in order, day by day, each cut where the clocks change."""
        for begin, end, offset in self._constant(year):
            first, last = (begin + offset) // DAY, (end - 1 + offset) // DAY
            for number in range(first, last + 1):
                midnight = number * DAY - offset
                for opens, closes in self.pattern.on(date.fromordinal(_EPOCH_ORDINAL + number)):
                    low, high = max(midnight + opens * 60, begin), min(midnight + closes * 60, end)
                    if low < high:
                        yield low * SECOND, high * SECOND

    def _constant(self, year: int) -> Iterator[tuple[int, int, int]]:
        """A UTC year in parts of one offset each: begin and end in seconds since 1970, the offset in seconds."""
        begin = here = _seconds(year)
        end = _seconds(year + 1)
        offset = self._offset(begin)
        while here < end:
            there = min(here + _LOOK, end)
            if self._offset(there) != offset:
                there = self._change(here, there, offset)
                yield begin, there, offset
                begin, offset = there, self._offset(there)
            here = there
        if begin < end:
            yield begin, end, offset

    def _change(self, low: int, high: int, offset: int) -> int:
        """The second at which the clocks change: the offset counts until then."""
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == offset:
                low = middle
            else:
                high = middle
        return high

    def _offset(self, second: int) -> int:
        """How far the zone's clocks are ahead of UTC."""
        ahead = datetime.fromtimestamp(second, self._zone).utcoffset()
        assert ahead is not None
        return ahead.days * DAY + ahead.seconds


def _seconds(year: int) -> int:
    """The beginning of a UTC year, in seconds since 1970."""
    return (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY


def _micros(moment: datetime) -> int:
    """A moment in microseconds since 1970."""
    passed = moment - EPOCH
    return (passed.days * DAY + passed.seconds) * SECOND + passed.microseconds


def _moment(micros: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)
