"""Schedules are written here, and checked: one by which nobody ever works promises nothing, so it is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Department, WebHooks, clock, log, reading, site, system, transact
from hookdesk_calendars import reading as schedules
from hookdesk_calendars.models import Schedule, SpecialDay
from hookdesk_calendars.pattern import Day, Pattern, Ranges
from hookdesk_calendars.working import WorkingTime


class ScheduleProblem(ValueError):
    """A schedule cannot be stored or deleted as asked. `field` is the form's field that is to blame, "" for all of it."""

    def __init__(self, message: str, field: str = "") -> None:
        """Say why and where."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a schedule.

    `days` are those that they name themselves, `file_days` those of a calendar file (None: as they are stored).
    """

    name: str
    timezone: str
    week: tuple[Ranges, ...]
    country: str = ""
    region: str = ""
    is_default: bool = False
    notes: str = ""
    days: Mapping[date, Day] = field(default_factory=dict)
    file_days: Mapping[date, Day] | None = None


def save(actor: Actor, values: Values, schedule_id: int | None = None) -> int:
    """Store a new schedule, or change one; its id.

    Raises:
        ScheduleProblem: the name is taken, it would leave no default, or nobody would ever work.
        LookupError: there is no schedule with that id.
    """

    def work(session: Session) -> int:
        row = Schedule(version=0) if schedule_id is None else session.get(Schedule, schedule_id, with_for_update=True)
        if row is None:
            raise LookupError(f"there is no schedule {schedule_id}")
        _check(session, values, row)
        given = {
            name: getattr(values, name) for name in ("name", "timezone", "country", "region", "is_default", "notes")
        }
        given["week"] = [[list(pair) for pair in day] for day in values.week]
        changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
        for name, value in given.items():
            setattr(row, name, value)
        session.add(row)
        session.flush()
        if values.is_default:
            session.execute(update(Schedule).where(Schedule.id != row.id).values(is_default=False))
        changes |= _set_days(session, row.id, "own", values.days)
        if values.file_days is not None:
            changes |= _set_days(session, row.id, "file", values.file_days)
        if schedule_id is None or changes:
            row.version += 1
            log.changed(
                session, actor, "schedule", row.name, _told(changes), act="changed" if schedule_id else "created"
            )
        return row.id

    return transact(work)


def _told(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Changes as the audit shows them: nested hours as text."""
    return {name: (str(pair[0]), str(pair[1])) if name == "week" else pair for name, pair in changes.items()}


def _check(session: Session, values: Values, row: Schedule) -> None:
    """Hold what the tables cannot."""
    if session.scalar(select(Schedule.id).where(Schedule.name == values.name, Schedule.id != (row.id or 0)).limit(1)):
        raise ScheduleProblem(_("There is a schedule of this name already."), "name")
    if row.is_default and not values.is_default:
        raise ScheduleProblem(_("To change the default, make another schedule the default one."), "is_default")
    days = dict(values.days)
    if values.file_days is None and row.id:
        kept = schedules.special_days(row.id, "file")
        days = {day.day: Day(schedules.ranges(day.hours), day.name) for day in kept} | days
    else:
        days = dict(values.file_days or {}) | days
    if never_works(Pattern(values.timezone, values.week, days, values.country, values.region)):
        raise ScheduleProblem(
            _(
                "Nobody would ever work by this schedule, so nothing could ever be due. State the hours of a day at least."
            ),
            "week",
        )


def never_works(pattern: Pattern) -> bool:
    """Whether no minute from now on is worked, as far as one can tell."""
    return WorkingTime("", pattern).add(clock.now(), 60) == clock.NEVER


def _set_days(
    session: Session, schedule_id: int, source: str, wanted: Mapping[date, Day]
) -> dict[str, tuple[Any, Any]]:
    """Make these the special days out of one source; what changed, in words."""
    known = {day.day: Day(schedules.ranges(day.hours), day.name) for day in schedules.special_days(schedule_id, source)}
    if known == wanted:
        return {}
    mine = (SpecialDay.schedule_id == schedule_id, SpecialDay.source == source)
    session.execute(delete(SpecialDay).where(*mine))
    session.add_all(
        SpecialDay(
            schedule_id=schedule_id,
            day=day,
            hours=[list(pair) for pair in how.ranges],
            name=how.name[:200],
            source=source,
        )
        for day, how in wanted.items()
    )
    return {f"days ({source})": (_listed(known), _listed(wanted))}


def _listed(days: Mapping[date, Day]) -> list[str]:
    """Days as the log tells them."""
    return [f"{day} {how.name}".strip() for day, how in sorted(days.items())]


def remove(actor: Actor, schedule_id: int) -> None:
    """Delete a schedule that nothing uses.

    Raises:
        ScheduleProblem: it is the default one, or in use; the message says by what.
    """
    uses = used_by(schedule_id)

    def work(session: Session) -> None:
        row = session.get(Schedule, schedule_id, with_for_update=True)
        if row is None:
            return
        if row.is_default:
            raise ScheduleProblem(_("The default schedule stays. Make another one the default first."))
        if uses:
            raise ScheduleProblem(
                _("%(name)s is in use: %(uses)s. Nothing was deleted.", name=row.name, uses=", ".join(uses))
            )
        session.delete(row)
        log.changed(session, actor, "schedule", row.name, {}, act="deleted", level="warning")

    transact(work)


def used_by(schedule_id: int) -> list[str]:
    """What works by a schedule, in words."""
    ref = f"{schedules.PREFIX}{schedule_id}"
    named = select(Department.name).where(Department.schedule_ref == ref).order_by(Department.name).limit(20)
    found = [_("department %(name)s", name=name) for name in reading().scalars(named)]
    return found + [name for name, _url in site().hooks.collect(WebHooks.reference_uses, ref=ref)]


def first_schedules(zone: str) -> None:
    """Office hours and the whole clock, if there is no schedule yet."""
    if schedules.choices():
        return
    office: Iterable[Ranges] = [((540, 1020),)] * 5 + [(), ()]

    save(system(), Values(_("Office hours"), zone, tuple(office), is_default=True))
    save(system(), Values(_("Around the clock"), zone, (((0, 1440),),) * 7))
