"""Who must have a second factor, and what happens to those who have none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import session as cookie
from flask_babel import gettext as _
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    AgentDepartment,
    Department,
    Duty,
    Role,
    clock,
    log,
    reading,
    release,
    site,
    transact,
)
from hookdesk_two_factor.kinds import has_factor, kinds
from hookdesk_two_factor.models import Asked, RequiredDepartment, RequiredRole
from hookdesk_two_factor.settings import Settings

UNTIL = "two_factor_until"
"""Where the cookie keeps until when the agent has time, for the banner: asking the database on each page would be dear."""


def needs_one(user_id: int, settings: Settings) -> bool:
    """Whether a user is an agent who must have a second factor."""
    roles, departments = select(RequiredRole.role_id), select(RequiredDepartment.department_id)
    concerned = or_(
        Agent.role_id.in_(roles),
        Agent.department_id.in_(departments),
        AgentDepartment.role_id.in_(roles),
        AgentDepartment.department_id.in_(departments),
    )
    asked = select(Agent.id).outerjoin(AgentDepartment, AgentDepartment.agent_id == Agent.id)
    asked = asked.where(Agent.user_id == user_id)
    return reading().scalar((asked if settings.everybody else asked.where(concerned)).limit(1)) is not None


def duties(user_id: int, settings: Settings) -> Sequence[Duty]:
    """To set one up, once the time of grace is over; the banner counts the days until then.

    Whoever cannot set one up, since no plugin offers any, need not.
    """
    cookie.pop(UNTIL, None)
    offered = [kind for kind in kinds() if kind.is_offered]
    can_have_one = any(kind.stands_alone for kind in offered)
    if not can_have_one or has_factor(user_id) or not needs_one(user_id, settings):
        return []
    until = _asked_since(user_id) + timedelta(days=settings.grace_days)
    if until > clock.now():
        cookie[UNTIL] = until.timestamp()
        return []
    pages = tuple(sorted({kind.endpoint.partition(".")[0] for kind in offered}))
    return [Duty("two_factor.index", _("Set up a second factor"), pages)]


def is_overdue(user_id: int, settings: Settings) -> bool:
    """Whether somebody has to set one up now."""
    if has_factor(user_id) or not needs_one(user_id, settings):
        return False
    since = reading().scalar(select(Asked.since).where(Asked.user_id == user_id))
    return since is not None and since + timedelta(days=settings.grace_days) <= clock.now()


def time_left() -> datetime | None:
    """Until when the agent of this request has time; None if they need no second factor, or have one."""
    until = cookie.get(UNTIL)
    return datetime.fromtimestamp(until, clock.now().tzinfo) if until else None


def _asked_since(user_id: int) -> datetime:
    """When the user was first asked; from now on if never."""
    release()

    def work(session: Session) -> datetime:
        row = session.get(Asked, user_id)
        if row is None:
            row = Asked(user_id=user_id, since=clock.now())
            session.add(row)
        return row.since

    return transact(work, race=True)


def records(user_id: int) -> list[dict[str, Any]]:
    """When a user was first asked."""
    rows = reading().all(select(Asked.since).where(Asked.user_id == user_id))
    return [dict(row._mapping) for row in rows]


def forget(user_id: int) -> None:
    """They were never asked."""
    transact(lambda session: session.execute(delete(Asked).where(Asked.user_id == user_id)))


def chosen() -> tuple[set[int], set[int]]:
    """Ids of the roles and of the departments that need one."""
    return set(reading().scalars(select(RequiredRole.role_id))), set(
        reading().scalars(select(RequiredDepartment.department_id))
    )


def save(actor: Actor, values: dict[str, object], roles: Collection[int], departments: Collection[int]) -> None:
    """Store who must have one; ids that nothing has are passed over.

    Raises:
        SettingsError: a value does not fit.
    """

    def work(session: Session) -> None:
        before = _names(session, *chosen())
        session.execute(delete(RequiredRole))
        session.execute(delete(RequiredDepartment))
        known_roles = set(session.scalars(select(Role.id).where(Role.id.in_(roles))))
        known_departments = set(session.scalars(select(Department.id).where(Department.id.in_(departments))))
        session.add_all(RequiredRole(role_id=one) for one in known_roles)
        session.add_all(RequiredDepartment(department_id=one) for one in known_departments)
        after = _names(session, known_roles, known_departments)
        if before != after:
            changes = {"roles": (before[0], after[0]), "departments": (before[1], after[1])}
            log.changed(session, actor, "policy", "second factors", changes)

    transact(work)
    # last: it is what tells sessions to ask anew what has to be done
    site().settings.save("two_factor", Settings, values, actor)


def _names(session: Session, roles: Collection[int], departments: Collection[int]) -> tuple[list[str], list[str]]:
    """What an audit reads."""
    return (
        sorted(session.scalars(select(Role.name).where(Role.id.in_(roles)))),
        sorted(session.scalars(select(Department.name).where(Department.id.in_(departments)))),
    )
