"""The form of a schedule."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from hookdesk.api import Form, clean_line, clean_text
from hookdesk_calendars import hours
from hookdesk_calendars.icalendar_file import MOST_BYTES, FileProblem, Found
from hookdesk_calendars.icalendar_file import read as read_file
from hookdesk_calendars.pattern import WHOLE_DAY, Day, Ranges
from hookdesk_calendars.services import Values

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _hours(label: Any) -> StringField:
    """The field of one weekday."""
    return StringField(label, [Length(max=200)], filters=[clean_line])


class ScheduleForm(Form):
    """What an admin states about a schedule."""

    name = StringField(
        _l("Name"),
        [DataRequired(_l("Give the schedule a name.")), Length(max=100, message=_l("Use at most 100 characters."))],
        filters=[clean_line],
    )
    timezone = SelectField(_l("Time zone"), description=_l("The hours are those of its clocks, summer and winter."))
    is_default = BooleanField(_l("Default schedule"), description=_l("Where neither plan nor department names one."))
    always = BooleanField(
        _l("Around the clock"), description=_l("Every hour of the week; the days below are left as they are.")
    )
    monday = _hours(_l("Monday"))
    tuesday = _hours(_l("Tuesday"))
    wednesday = _hours(_l("Wednesday"))
    thursday = _hours(_l("Thursday"))
    friday = _hours(_l("Friday"))
    saturday = _hours(_l("Saturday"))
    sunday = _hours(_l("Sunday"))
    country = SelectField(_l("Public holidays of"), description=_l("They are off, year after year."))
    region = StringField(
        _l("Region"),
        [Length(max=10)],
        filters=[clean_line],
        description=_l("Its code, where holidays differ within the country: BY, ZH, TX."),
    )
    days = TextAreaField(
        _l("Days that differ"),
        [Length(max=50_000)],
        filters=[clean_text],
        description=_l(
            "One a line: the date, the hours that are worked (none: the day is off), a name. 2026-12-24 9:00-12:00 Christmas Eve"
        ),
    )
    file = FileField(
        _l("Days off from a calendar file"),
        description=_l("An iCalendar file (.ics). Its whole days are off; they replace those of an earlier file."),
    )
    forget_file = BooleanField(_l("Forget the days of the file"))
    notes = TextAreaField(_l("Notes"), [Length(max=5000)], filters=[clean_text])

    found: Found | None = None

    def validate_region(self, field: Any) -> None:
        """A region is one of the country's."""
        regions = countries().get(self.country.data or "", ())
        if field.data and field.data not in regions:
            if not regions:
                raise ValidationError(_("Choose a country first, of those whose regions differ."))
            raise ValidationError(_("That country has: %(codes)s.", codes=", ".join(regions)))

    def validate_days(self, field: Any) -> None:
        """The lines can be read."""
        _told(hours.parse_days, field)

    def validate_file(self, field: Any) -> None:
        """It is a calendar with days off."""
        if not field.data or not getattr(field.data, "filename", ""):
            return
        try:
            self.found = read_file(field.data.stream.read(MOST_BYTES + 1), date.today())  # noqa: DTZ011  # any zone's day will do
        except FileProblem as problem:
            raise ValidationError(str(problem)) from None

    def validate(self, extra_validators: Any = None) -> bool:
        """The usual, and each weekday's hours."""
        is_good = bool(super().validate(extra_validators))
        for name in DAYS:
            try:
                hours.parse(self[name].data or "")
            except ValueError as problem:
                self[name].errors = (str(problem),)
                is_good = False
        return is_good

    def week(self) -> tuple[Ranges, ...]:
        """The hours of each day."""
        return tuple(WHOLE_DAY if self.always.data else hours.parse(self[name].data or "") for name in DAYS)

    def values(self) -> Values:
        """What was filled in."""
        from_file: dict[date, Day] | None = {} if self.forget_file.data else None
        if self.found is not None:
            from_file = dict(self.found.days)
        return Values(
            name=self.name.data or "", timezone=self.timezone.data, week=self.week(), country=self.country.data or "",
            region=self.region.data or "", is_default=self.is_default.data, notes=self.notes.data or "",
            days=hours.parse_days(self.days.data or ""), file_days=from_file,
        )  # fmt: skip


def _told(read: Callable[[str], Any], field: Any) -> None:
    """Turn what cannot be read into the field's error."""
    try:
        read(field.data or "")
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, str]]:
    """Every time zone that has a place for a name, and UTC."""
    places = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


@lru_cache(maxsize=1)
def countries() -> dict[str, tuple[str, ...]]:
    """Countries whose holidays are known, with the codes of their regions."""
    import holidays

    return {code: tuple(regions) for code, regions in holidays.list_supported_countries().items()}


def country_choices() -> list[tuple[str, str]]:
    """The countries by their names in the reader's language."""
    names = (get_locale() or Locale("en")).territories
    return [("", _("None")), *sorted(((code, names.get(code, code)) for code in countries()), key=lambda pair: pair[1])]
