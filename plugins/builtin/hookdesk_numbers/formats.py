"""From what an admin wrote to numbers: dates put in, the counter named, the next ones shown. Reads alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import Select, select

from hookdesk.api import CoreSettings, NumberFormat, cached, clock, counters, reading, site
from hookdesk_numbers.models import NumberPattern, Sequence

PREFIX = "numbers:"
DATES = {"{year}": "%Y", "{month}": "%m", "{day}": "%d"}
PERIODS = {"never": "", "year": "%Y", "month": "%Y-%m"}
"""How often a sequence begins anew, and what its counter is named after."""
_SHAPE = re.compile(r"[A-Za-z0-9#][A-Za-z0-9#_-]*")
LONGEST = 20
LEAST_RANDOM = 6
SHOWN = 3
MOST = 500


@dataclass(frozen=True, slots=True)
class Counting:
    """A sequence: `step`, `padding` and `restarts` as its table has them."""

    key: str
    step: int
    padding: str
    restarts: str

    @property
    def counter(self) -> str:
        """The counter that counts now."""
        period = PERIODS[self.restarts]
        return f"{PREFIX}{self.key}" + (f":{today().strftime(period)}" if period else "")

    @property
    def last(self) -> int | None:
        """The number given last; None if there is none in this period."""
        return counters.current(self.counter)

    @property
    def following(self) -> int:
        """The number that comes next."""
        last = self.last
        return 1 if last is None else last + self.step


def today() -> datetime:
    """Now, where the site is."""
    return clock.now().astimezone(ZoneInfo(site().settings.get("core", CoreSettings).timezone))


def dated(pattern: str) -> str:
    """A pattern with today's date in it."""
    for word, code in DATES.items():
        pattern = pattern.replace(word, today().strftime(code))
    return pattern


def number_format(pattern: str, counting: Counting | None) -> NumberFormat:
    """The format as core takes it.

    Raises:
        ValueError: it makes no numbers.
    """
    if counting is None:
        return NumberFormat(dated(pattern))
    return NumberFormat(dated(pattern), counting.counter, counting.step, padding=counting.padding)


def problem(pattern: str, counting: Counting | None) -> str:
    """Why a pattern cannot be taken, in words; "" if it can."""
    told: str = _problem(dated(pattern), pattern, counting)
    return told


def _problem(plain: str, pattern: str, counting: Counting | None) -> Any:
    """The same, given the pattern with a date in it."""
    if "{" in plain or "}" in plain:
        return _("Only {year}, {month} and {day} can stand in braces.")
    if not _SHAPE.fullmatch(plain):
        return _("Use letters from A to Z, digits, - and _ besides #; a letter, digit or # comes first.")
    if "#" not in plain:
        return _("A # is missing: it stands for a digit.")
    if len(plain) > LONGEST:
        return _("Numbers would have %(num)s characters; %(most)s are the most.", num=len(plain), most=LONGEST)
    if counting is None:
        if plain.count("#") < LEAST_RANDOM:
            return _("Random numbers need %(least)s digits or more, so that they stay unique.", least=LEAST_RANDOM)
        return ""
    lacking = [
        word for word in {"year": ("{year}",), "month": ("{year}", "{month}")}.get(counting.restarts, ())
        if word not in pattern
    ]  # fmt: skip
    return _("The sequence begins anew, so %(word)s has to stand in it.", word=lacking[0]) if lacking else ""


def upcoming(form: NumberFormat, following: int, count: int = SHOWN) -> list[str]:
    """The next numbers of a counted format; examples of a random one."""
    if form.counter:
        return [form.filled(str(following + place * form.step)) for place in range(count)]
    return [form.filled(("482917305648291730" * 2)[place * 3 : place * 3 + form.width]) for place in range(count)]


_ALL = (
    select(
        *NumberPattern.__table__.columns, Sequence.key, Sequence.step, Sequence.padding, Sequence.restarts,
        Sequence.name.label("sequence"),
    )
    .outerjoin(Sequence, Sequence.id == NumberPattern.sequence_id)
)  # fmt: skip


def every() -> Select[tuple[object, ...]]:
    """All formats with their sequences, the default first."""
    return _ALL.order_by(NumberPattern.is_default.desc(), NumberPattern.name)


def chosen(ref: str = "") -> NumberFormat | None:
    """The format of a reference, or the default one; None if there is none."""
    kept = cached("numbers.formats", lambda: reading().all(every().limit(MOST)))
    row = next((row for row in kept if (f"{PREFIX}{row.id}" == ref if ref else row.is_default)), None)
    if row is None:
        return None
    return number_format(row.pattern, Counting(row.key, row.step, row.padding, row.restarts) if row.key else None)
