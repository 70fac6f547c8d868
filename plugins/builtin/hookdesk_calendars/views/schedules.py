"""List, make, change and delete schedules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from hookdesk.api import CoreSettings, NotFound, admin, clock, current_actor, site
from hookdesk_calendars import forms, hours, reading, services
from hookdesk_calendars.forms import DAYS, ScheduleForm
from hookdesk_calendars.pattern import Day, Pattern, Ranges

bp = Blueprint("calendars", __name__, url_prefix="/admin/schedules")
AHEAD = 14
"""Days that the page of a schedule looks ahead."""


@bp.get("")
@admin
def index() -> str:
    """Every schedule with its week in short."""
    rows = [(row, week_words([reading.ranges(day) for day in row.week])) for row in reading.all_schedules()]
    return render_template("calendars/index.html", rows=rows)


@bp.route("/new", methods=["GET", "POST"])
@admin
def new() -> str | Response | tuple[str, int]:
    """A new schedule."""
    zone = site().settings.get("core", CoreSettings).timezone
    office = dict.fromkeys(DAYS[:5], "9:00-17:00")
    return _edit(ScheduleForm(data={"timezone": zone, **office}), None)


@bp.route("/<int:schedule_id>", methods=["GET", "POST"])
@admin
def edit(schedule_id: int) -> str | Response | tuple[str, int]:
    """Change a schedule."""
    row = _found(schedule_id)
    week = [reading.ranges(day) for day in row.week]
    own = {day.day: Day(reading.ranges(day.hours), day.name) for day in reading.special_days(schedule_id, "own")}
    always = hours.is_around_the_clock(week)
    given = {name: "" if always else hours.show(week[place]) for place, name in enumerate(DAYS)}
    plain = {name: getattr(row, name) for name in ("name", "timezone", "country", "region", "is_default", "notes")}
    return _edit(ScheduleForm(data={**plain, **given, "always": always, "days": hours.show_days(own)}), row)


@bp.post("/<int:schedule_id>/delete")
@admin
def delete(schedule_id: int) -> Response:
    """Delete a schedule that nothing uses."""
    row = _found(schedule_id)
    try:
        services.remove(current_actor(), schedule_id)
    except services.ScheduleProblem as problem:
        flash(str(problem), "danger")
        return redirect(url_for("calendars.edit", schedule_id=schedule_id))
    flash(_("The schedule %(name)s is deleted.", name=row.name), "success")
    return redirect(url_for("calendars.index"))


def _found(schedule_id: int) -> Row[Any]:
    """The schedule of that id, or the page that says there is none."""
    row = reading.one(schedule_id)
    if row is None:
        raise NotFound("no such schedule")
    return row


def _edit(form: ScheduleForm, row: Row[Any] | None) -> str | Response | tuple[str, int]:
    """Show the form, or store what it holds."""
    form.timezone.choices = _with_now(forms.zones(), row.timezone if row else "")
    form.country.choices = _with_now(forms.country_choices(), row.country if row else "")
    if form.validate_on_submit():
        try:
            services.save(current_actor(), form.values(), row.id if row else None)
        except services.ScheduleProblem as problem:
            form["monday" if problem.field == "week" else problem.field or "name"].errors = (str(problem),)
        except LookupError as error:
            raise NotFound(str(error)) from None
        else:
            _flash_saved(form)
            return redirect(url_for("calendars.index"))
    page = render_template(
        "calendars/edit.html", form=form, row=row, days=[form[name] for name in DAYS], ahead=_ahead(row) if row else [],
        file_days=len(reading.special_days(row.id, "file")) if row else 0, uses=services.used_by(row.id) if row else [],
    )  # fmt: skip
    return (page, 422) if form.errors else page


def _with_now(options: Sequence[tuple[str, str]], now: str) -> list[tuple[str, str]]:
    """A menu with what is set now, even if it is not known (any more)."""
    return [*options] if any(key == now for key, _name in options) or not now else [*options, (now, now)]


def _flash_saved(form: ScheduleForm) -> None:
    """Say what was stored, and what of a file was not."""
    flash(_("The schedule %(name)s is saved.", name=form.name.data), "success")
    if form.found is not None:
        count = len(form.found.days)
        told = ngettext("%(num)d day off was taken from the file.", "%(num)d days off were taken from the file.", count)
        if form.found.passed_over:
            told += " " + ngettext(
                "%(num)d entry that is no whole day was passed over.",
                "%(num)d entries that are no whole days were passed over.",
                form.found.passed_over,
            )
        flash(told, "info")


def _ahead(row: Row[Any]) -> list[tuple[str, str, str]]:
    """The next days of a schedule: date, hours, name of a day that differs."""
    working = reading.by_ref(f"{reading.PREFIX}{row.id}")
    if working is None:
        return []
    pattern: Pattern = working.pattern
    today = _today(pattern.zone)
    days = [today + timedelta(days=number) for number in range(AHEAD)]
    return [(format_date(day, "EEE d MMM"), hours.show(pattern.on(day)), pattern.named(day)) for day in days]


def _today(zone: str) -> date:
    """The date by the clocks of a zone."""
    here: datetime = clock.now().astimezone(ZoneInfo(zone))
    return here.date()


def week_words(week: Sequence[Ranges]) -> str:
    """A week in short: "Mon–Fri 9:00-17:00"."""
    if hours.is_around_the_clock(week):
        return str(_("Around the clock"))
    names = get_day_names("abbreviated", locale=get_locale() or "en")
    parts: list[str] = []
    begin = 0
    for place in range(1, 8):
        if place < 7 and week[place] == week[begin]:
            continue
        if week[begin]:
            days = names[begin] if place - begin == 1 else f"{names[begin]}–{names[place - 1]}"
            parts.append(f"{days} {hours.show(week[begin])}")
        begin = place
    return "; ".join(parts) or str(_("Named days only"))
