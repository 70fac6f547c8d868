"""A department's plan and hours: an administrator sets both, its manager the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Actor, Department, Forbidden, NotFound, SlaHooks, directory, reading, site


def choices(actor: Actor, department_id: int) -> Mapping[str, Any] | None:
    """What the section of a department's page shows; None for who has no say in it."""
    if not may_set(actor, department_id):
        return None
    row = reading().first(
        select(Department.id, Department.sla_ref, Department.schedule_ref).where(Department.id == department_id)
    )
    if row is None:
        return None
    plans, schedules = (site().hooks.collect(hook) for hook in (SlaHooks.sla_choices, SlaHooks.calendar_choices))
    return {
        "department_id": department_id,
        "plans": _with_now([("", _("The default plan")), *plans], row.sla_ref),
        "schedules": _with_now([("", _("The default schedule")), *schedules], row.schedule_ref)
        if actor.is_admin
        else [],
        "sla_ref": row.sla_ref,
        "schedule_ref": row.schedule_ref,
    }


def _with_now(options: list[tuple[str, str]], now: str) -> list[tuple[str, str]]:
    """A menu with what is set now, even if that is gone or switched off."""
    return options if any(ref == now for ref, _name in options) else [*options, (now, _("Unavailable"))]


def may_set(actor: Actor, department_id: int) -> bool:
    """Whether somebody has a say in a department's plan."""
    return actor.is_admin or department_id in actor.manages


def save(actor: Actor, department_id: int, sla_ref: str, schedule_ref: str | None) -> None:
    """Set a department's plan and, for an administrator, its schedule (None: as it is).

    Raises:
        NotFound: the actor has no say in it. Forbidden: the schedule is an administrator's to choose. ValueError: that was not offered.
    """
    offered = choices(actor, department_id)
    if offered is None:
        raise NotFound("no such department")
    if schedule_ref is not None and not actor.is_admin:
        raise Forbidden("admin")
    refs = {"sla_ref": sla_ref} | ({} if schedule_ref is None else {"schedule_ref": schedule_ref})
    for ref, menu in ((sla_ref, "plans"), (schedule_ref, "schedules")):
        if ref is not None and ref not in dict(offered[menu]):
            raise ValueError(_("Choose one of the list."))
    directory.set_department_refs(actor, department_id, **refs)
