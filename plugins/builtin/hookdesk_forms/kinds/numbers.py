"""Numbers, dates and moments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_datetime, format_decimal, get_timezone
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FloatField, StringField
from wtforms.validators import Length, NumberRange, Optional

from hookdesk.api import FieldType, clean_line, clock
from hookdesk_forms.kinds.base import FieldKind, FieldProblem, Spec, menu, text_of
from hookdesk_forms.kinds.texts import number, ordered

LARGEST = 1e12
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC)


class Number(FieldKind):
    """A number, whole or not, with its unit."""

    name = "number"
    label = _l("Number")
    column = "number"
    compared = FieldType.NUMBER

    def controls(self) -> Mapping[str, Any]:
        """Range, decimals, unit."""
        return {
            "least": _bound(_l("At least")),
            "most": _bound(_l("At most")),
            "decimals": number(_l("Digits after the point"), 6),
            "unit": StringField(_l("Unit"), [Length(max=20)], filters=[clean_line]),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """The range must hold something."""
        return ordered(options)

    def one(self, spec: Spec, given: Any) -> float | None:
        """A number in its range; a comma may stand for the point."""
        text = text_of(given).strip().replace(" ", "")
        if not text:
            return None
        try:
            value = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or abs(value) > LARGEST or not text.isascii() or "_" in text:
            raise FieldProblem(_("Write a number."))
        least, most = spec.options.get("least"), spec.options.get("most")
        if least is not None and value < least:
            raise FieldProblem(_("Write at least %(least)s.", least=format_decimal(least)))
        if most is not None and value > most:
            raise FieldProblem(_("Write at most %(most)s.", most=format_decimal(most)))
        decimals = spec.options.get("decimals") or 0
        if round(value, decimals) != value:
            raise FieldProblem(_("Write a whole number.") if not decimals else _("These are too many digits."))
        return value

    def typed(self, spec: Spec, value: Any) -> str:
        """Without needless zeros."""
        return f"{value:.15g}"

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """With its unit."""
        unit = spec.options.get("unit")
        return ", ".join(f"{format_decimal(value)} {unit}" if unit else format_decimal(value) for value in values)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The keyboard of phones; the unit stands behind."""
        return {"attributes": {"inputmode": "decimal"}, "unit": spec.options.get("unit"), "dir": "ltr"}


class Moment(FieldKind):
    """A date, or a date with a time. A date is stored as its midnight in UTC and is the same day for everybody."""

    name = "date"
    label = _l("Date")
    column = "moment"
    compared = FieldType.MOMENT

    def controls(self) -> Mapping[str, Any]:
        """Time of day, and between what it must lie."""
        return {
            "has_time": BooleanField(_l("With time of day")),
            "when": menu(
                _l("It must lie"), [("", _l("Anywhere")), ("future", _l("In the future")), ("past", _l("In the past"))]
            ),
            "earliest": _day(_l("Not before")),
            "latest": _day(_l("Not after")),
        }

    def check(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """Both ends must be days, in their order."""
        for name in ("earliest", "latest"):
            if options.get(name) and _as_day(options[name]) is None:
                return {name: _("Write it as in 2026-12-31.")}
        return ordered(options, "earliest", "latest")

    def one(self, spec: Spec, given: Any) -> datetime | None:
        """A moment; one without a zone is meant in the reader's, or the site's where there is none."""
        found = given if isinstance(given, datetime) else _read(given)
        if found is None:
            return None
        if not spec.options.get("has_time"):
            found = datetime.combine(found.date(), time(), UTC)
        elif found.tzinfo is None:
            # by its name: put into a moment as it is, Flask-Babel's own stands for the local mean time of 1893
            found = found.replace(tzinfo=ZoneInfo(str(get_timezone() or "UTC")))
        if not EARLIEST <= found <= LATEST:
            raise FieldProblem(_("Write a year from 1000 to 9997."))
        return _within(spec, found.astimezone(UTC))

    def plain(self, value: Any) -> Any:
        """ISO 8601."""
        return value.isoformat()

    def typed(self, spec: Spec, value: Any) -> str:
        """As its control holds it."""
        if not spec.options.get("has_time"):
            return f"{value:%Y-%m-%d}"
        return f"{value.astimezone(get_timezone()):%Y-%m-%dT%H:%M}"

    def words(self, spec: Spec, values: Sequence[Any]) -> str:
        """In the reader's language, and zone where there is a time."""
        if spec.options.get("has_time"):
            return ", ".join(format_datetime(value, "medium") for value in values)
        return ", ".join(format_date(value.date(), "long") for value in values)

    def context(self, spec: Spec) -> Mapping[str, Any]:
        """The browser's own picker."""
        has_time = spec.options.get("has_time")
        ends = {"min": spec.options.get("earliest"), "max": spec.options.get("latest")} if not has_time else {}
        return {"type": "datetime-local" if has_time else "date", "attributes": ends, "dir": "ltr"}


def _within(spec: Spec, found: datetime) -> datetime:
    """Hold a moment to its range.

    Raises:
        FieldProblem: it lies outside.
    """
    day = found.astimezone(get_timezone()).date() if spec.options.get("has_time") else found.date()
    earliest, latest = (_as_day(spec.options.get(name)) for name in ("earliest", "latest"))
    if earliest and day < earliest:
        raise FieldProblem(_("Choose %(day)s or later.", day=format_date(earliest, "long")))
    if latest and day > latest:
        raise FieldProblem(_("Choose %(day)s or earlier.", day=format_date(latest, "long")))
    today = clock.now().astimezone(get_timezone()).date()
    if spec.options.get("when") == "future" and day < today:
        raise FieldProblem(_("Choose a day that is still to come."))
    if spec.options.get("when") == "past" and day > today:
        raise FieldProblem(_("Choose a day that has been."))
    return found


def _read(given: Any) -> datetime | None:
    """A moment out of ISO 8601.

    Raises:
        FieldProblem: it is none.
    """
    text = clean_line(text_of(given))
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise FieldProblem(_("Write a date as in 2026-12-31, or 2026-12-31 14:30.")) from None


def _as_day(text: Any) -> date | None:
    """A day as an admin wrote it; None if it is none."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _bound(label: Any) -> FloatField:
    """One end of a range."""
    return FloatField(label, [Optional(), NumberRange(-LARGEST, LARGEST, _l("This is too large."))])


def _day(label: Any) -> StringField:
    """A day."""
    return StringField(label, [Length(max=10)], filters=[clean_line], description=_l("As in 2026-12-31."))
