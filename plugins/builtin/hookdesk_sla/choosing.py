"""Which plan a ticket gets, and whose hours count."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hookdesk.api import BusinessCalendar, Department, SlaHooks, Ticket, cached, reading, site
from hookdesk_sla import rules
from hookdesk_sla.reckoning import AroundTheClock
from hookdesk_sla.rules import Rule


class Book:
    """Plans and calendars as they stand now, each read once."""

    def __init__(self) -> None:
        """Take the plans; calendars when they are asked for."""
        self.rules = rules.kept()
        self._calendars: dict[str, BusinessCalendar | None] = {}
        self._departments = cached("sla.departments", _departments)

    def prepare(self, ticket_ids: Sequence[int]) -> None:
        """Ask for the calendars of these tickets, before a transaction begins: inside, nobody is asked."""
        of_tickets = select(Ticket.sla_ref, Ticket.department_id).where(Ticket.id.in_(ticket_ids)).distinct()
        for row in reading().all(of_tickets):
            self.calendar(self.rules.get(row.sla_ref), row.department_id)

    def choose(self, ref: str, department_id: int | None) -> tuple[Rule | None, str]:
        """The plan of a new ticket, and why: what a filter or topic said, else the department's, else the default one."""
        given = self.rules.get(ref)
        if given is not None and given.is_active:
            return given, "as decided before"
        of_department = self.rules.get(self._department(department_id)[0])
        if of_department is not None and of_department.is_active:
            return of_department, "as its department says"
        usual = next((rule for rule in self.rules.values() if rule.is_default and rule.is_active), None)
        return usual, "the default plan"

    def calendar(self, rule: Rule | None, department_id: int | None) -> BusinessCalendar:
        """The hours that count: the plan's own, else the department's, else the site's, else every hour."""
        wanted = (rule.schedule_ref if rule else "") or self._department(department_id)[1]
        return self._calendar(wanted) or self._calendar("") or AroundTheClock()

    def _calendar(self, ref: str) -> BusinessCalendar | None:
        """The calendar behind a reference, asked for once."""
        if ref not in self._calendars:
            self._calendars[ref] = site().hooks.first(SlaHooks.business_calendar, ref=ref)
        return self._calendars[ref]

    def _department(self, department_id: int | None) -> tuple[str, str]:
        """Plan and schedule of a department; of the default one, for a ticket that nobody has put anywhere."""
        return self._departments.get(department_id or 0, ("", ""))


def _departments() -> dict[int, tuple[str, str]]:
    """Plan and schedule of each department by its id; those of the default one also under 0."""
    columns = (Department.id, Department.sla_ref, Department.schedule_ref, Department.is_default)
    rows = reading().all(select(*columns))
    return {
        key: (row.sla_ref, row.schedule_ref) for row in rows for key in ((0, row.id) if row.is_default else (row.id,))
    }
