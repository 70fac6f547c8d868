"""Who may see to which responses: those who hold the permission, and managers of departments."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from hookdesk.api import Actor
from hookdesk_canned.models import Response

MANAGE = "canned.manage"


def everywhere(actor: Actor) -> bool:
    """True for who may see to those of every department."""
    return actor.is_system or actor.is_admin or MANAGE in actor.permissions


def departments(actor: Actor) -> frozenset[int]:
    """The departments whose responses the actor may see to, as their manager or by their role there."""
    return actor.manages | {place for place, held in actor.departments.items() if MANAGE in held}


def may_manage_any(actor: Actor) -> bool:
    """True if there is anything that the actor may see to."""
    return everywhere(actor) or bool(departments(actor))


def may_manage(actor: Actor, department_id: int | None) -> bool:
    """True if the actor may see to the responses of a department.

    None asks for those that all departments share: whoever holds the permission anywhere sees to them, managers alone do not.
    """
    if department_id is None:
        return actor.may(MANAGE)
    return everywhere(actor) or department_id in departments(actor)


def managed(actor: Actor) -> ColumnElement[bool]:
    """Which responses those are."""
    if everywhere(actor):
        return true()
    shared = [Response.department_id.is_(None)] if may_manage(actor, None) else []
    return or_(Response.department_id.in_(sorted(departments(actor))), *shared)


def usable(department_id: int | None, own: frozenset[int] = frozenset()) -> ColumnElement[bool]:
    """Which responses fit a ticket of that department; without a ticket, those of the departments where one works."""
    places = [department_id] if department_id is not None else sorted(own)
    return or_(Response.department_id.is_(None), Response.department_id.in_(places))
