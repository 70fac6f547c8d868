"""Plans are written here. A change that moves deadlines is carried out by a job, in batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Department, Ticket, WebHooks, log, reading, site, transact, wake
from hookdesk_sla import rules
from hookdesk_sla.models import Plan
from hookdesk_sla.rules import PREFIX, Step, target_name

RENEW = "sla.renew"
COUNTED = 1000
MOVES = ("schedule_ref", "targets", "steps", "warn_percent")
"""What of a plan deadlines depend on."""


class PlanProblem(ValueError):
    """A plan cannot be stored or deleted as asked. `field` is the form's field that is to blame, "" for all of it."""

    def __init__(self, message: str, field: str = "") -> None:
        """Say why and where."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Values:
    """What an admin states about a plan."""

    name: str
    targets: Mapping[str, Mapping[str, int]]
    steps: tuple[Step, ...] = ()
    schedule_ref: str = ""
    warn_percent: int = 75
    is_active: bool = True
    is_default: bool = False
    follows_department: bool = False
    is_silent: bool = False
    notes: str = ""

    def stored(self) -> dict[str, Any]:
        """As the table holds it."""
        found = {name: getattr(self, name) for name in self.__slots__}
        found["targets"] = {target: dict(given) for target, given in self.targets.items()}
        found["steps"] = [asdict(step) for step in self.steps]
        return found


def save(actor: Actor, values: Values, plan_id: int | None = None) -> int:
    """Store a new plan, or change one; its id. The clocks of open tickets under it follow within seconds.

    Raises:
        PlanProblem: the name is taken, it would leave no default, or it promises nothing. LookupError: there is no such plan.
    """

    def work(session: Session) -> int:
        row = Plan() if plan_id is None else session.get(Plan, plan_id, with_for_update=True)
        if row is None:
            raise LookupError(f"there is no plan {plan_id}")
        _check(session, values, row)
        given = values.stored()
        changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
        for name, value in given.items():
            setattr(row, name, value)
        if plan_id is not None and changes.keys() & set(MOVES):
            row.renewed_to = 0
        session.add(row)
        session.flush()
        if values.is_default:
            session.execute(update(Plan).where(Plan.id != row.id).values(is_default=False))
        if plan_id is None or changes:
            told = {name: (str(old), str(new)) if name in MOVES else (old, new) for name, (old, new) in changes.items()}
            log.changed(session, actor, "SLA plan", row.name, told, act="changed" if plan_id else "created")
        return row.id

    found = transact(work)
    wake(RENEW)
    return found


def _check(session: Session, values: Values, row: Plan) -> None:
    """Hold what the table cannot."""
    if session.scalar(select(Plan.id).where(Plan.name == values.name, Plan.id != (row.id or 0)).limit(1)):
        raise PlanProblem(_("There is a plan of this name already."), "name")
    if row.is_default and not values.is_default:
        raise PlanProblem(_("To change the default, make another plan the default one."), "is_default")
    if values.is_default and not values.is_active:
        raise PlanProblem(_("New tickets get the default plan, so it has to be in use."), "is_active")
    if not any(values.targets.values()):
        raise PlanProblem(_("State a time for one target at least: a plan that promises nothing is none."), "targets")
    for step in values.steps:
        if step.target and not values.targets.get(step.target):
            raise PlanProblem(
                _("A step waits for “%(target)s”, for which the plan has no time.", target=target_name(step.target)),
                "steps",
            )


def remove(actor: Actor, plan_id: int) -> None:
    """Delete a plan that nothing uses. Tickets that were closed under it keep its reference, which then reads as unavailable.

    Raises:
        PlanProblem: it is the default one, or in use; the message says by what.
    """
    uses = used_by(plan_id)

    def work(session: Session) -> None:
        row = session.get(Plan, plan_id, with_for_update=True)
        if row is None:
            return
        if row.is_default:
            raise PlanProblem(_("The default plan stays. Make another one the default first."))
        if uses:
            raise PlanProblem(
                _("%(name)s is in use: %(uses)s. Nothing was deleted.", name=row.name, uses=", ".join(uses))
            )
        session.delete(row)
        log.changed(session, actor, "SLA plan", row.name, {}, act="deleted", level="warning")

    transact(work)


def used_by(plan_id: int) -> list[str]:
    """What goes by a plan, in words."""
    ref = f"{PREFIX}{plan_id}"
    found = []
    count = open_tickets(ref)
    if count:
        found.append(ngettext("%(num)s open ticket", "%(num)s open tickets", count))
    named = select(Department.name).where(Department.sla_ref == ref).order_by(Department.name).limit(20)
    found += [_("department %(name)s", name=name) for name in reading().scalars(named)]
    return found + [name for name, _url in site().hooks.collect(WebHooks.reference_uses, ref=ref)]


def open_tickets(ref: str) -> int:
    """How many open tickets are under a plan, counted no further than 1,001."""
    under = select(Ticket.id).where(Ticket.state == "open", Ticket.sla_ref == ref).limit(COUNTED + 1)
    return reading().scalar(select(func.count()).select_from(under.subquery())) or 0


def naming(ref: str) -> list[tuple[int, str]]:
    """The plans that name a schedule, or in their steps an agent, a team or a priority; see the hook `reference_uses` for what `ref` is."""
    named = (ref, f"notify:{ref}", f"assign:{ref}")
    return [
        (rule.id, _("SLA plan %(name)s", name=rule.name))
        for rule in rules.every().values()
        if rule.schedule_ref == ref or any(step.to == ref or f"{step.act}:{step.to}" in named for step in rule.steps)
    ]


def notes(plan_id: int) -> str:
    """What an admin noted about a plan."""
    return reading().scalar(select(Plan.notes).where(Plan.id == plan_id)) or ""
