"""The one guard. Every view, API, export, search and notification reads tickets through the scope or through `access_ticket`.

A scope is a set of legs, each a reason why somebody may see a ticket, each with an index behind it (docs/architecture.md). Plugins can
narrow it (`permission_scope`, `permission_allowed`), never widen it. Unknown and forbidden tickets look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select, true
from sqlalchemy.orm import aliased

from hookdesk.db.context import reading
from hookdesk.hookspecs import AccessHooks
from hookdesk.models import (
    LARGEST_ID,
    Agent,
    Collaborator,
    Department,
    HeldEntry,
    Organization,
    Priority,
    Referral,
    Status,
    Team,
    ThreadEntry,
    Ticket,
    User,
)
from hookdesk.site import site
from hookdesk.types.actors import Actor, ActorKind
from hookdesk.types.tickets import TicketView

SEE_ALL = "ticket.see_all"
BINNED = "deleted"
"""The state of a ticket in the bin: out of every scope but that of the bin itself."""

PERMISSIONS: tuple[tuple[str, str, str], ...] = (
    ("ticket.create", _l("Open tickets for others"), _l("Tickets")),
    ("ticket.reply", _l("Reply to requesters"), _l("Tickets")),
    ("ticket.note", _l("Write internal notes"), _l("Tickets")),
    ("ticket.assign", _l("Assign tickets"), _l("Tickets")),
    ("ticket.release", _l("Take assigned tickets from somebody"), _l("Tickets")),
    ("ticket.transfer", _l("Move tickets to another department"), _l("Tickets")),
    ("ticket.refer", _l("Show tickets to other agents, teams and departments"), _l("Tickets")),
    ("ticket.edit", _l("Change priority, requester, collaborators and other properties"), _l("Tickets")),
    ("ticket.mark_answered", _l("Mark tickets as answered or not"), _l("Tickets")),
    ("ticket.close", _l("Close and reopen tickets"), _l("Tickets")),
    ("ticket.edit_entries", _l("Change what others wrote"), _l("Tickets")),
    ("ticket.delete", _l("Delete tickets, and bring them back from the bin"), _l("Tickets")),
)
"""Core's permissions in a department: (name, label, group). Seeing a ticket is not among them: it follows from where an agent works."""

SITE_PERMISSIONS: tuple[tuple[str, str, str], ...] = (
    (SEE_ALL, _l("See the tickets of every department"), _l("Visibility")),
    ("agent.see_all", _l("See agents outside their own departments"), _l("Visibility")),
    ("department.see_all", _l("See departments other than their own"), _l("Visibility")),
    ("user.directory", _l("Look through the list of users and organizations"), _l("Users")),
    ("user.create", _l("Add users"), _l("Users")),
    ("user.edit", _l("Change users"), _l("Users")),
    ("user.manage", _l("Manage users' accounts"), _l("Users")),
    ("user.ban", _l("Ban users"), _l("Users")),
    ("user.delete", _l("Delete users"), _l("Users")),
    ("organization.create", _l("Add organizations"), _l("Organizations")),
    ("organization.edit", _l("Change organizations"), _l("Organizations")),
    ("organization.delete", _l("Delete organizations"), _l("Organizations")),
)
"""Core's permissions that an agent holds everywhere, whatever the department: (name, label, group)."""

PERMISSIONS_AT_FIRST = ("agent.see_all", "department.see_all", "user.create")
"""What a new agent holds everywhere: they can hand a ticket to anybody and have anybody follow it, until an administrator wants names
hidden, or the list of users in few hands."""

REQUESTER_PERMISSIONS = frozenset({"ticket.view", "ticket.message"})


S = TypeVar("S")
MOST_SCOPED = 512
_scoped: dict[Hashable, Any] = {}


class NotFound(LookupError):
    """There is no such ticket, or this actor may not know of it: nobody can tell which."""


class Forbidden(PermissionError):
    """The actor sees the ticket but may not do this to it."""

    def __init__(self, permission: str, reason: str = "") -> None:
        """Name the permission that is missing, or a plugin's reason."""
        super().__init__(reason or f"this needs the permission {permission}")
        self.permission, self.reason = permission, reason


@dataclass(frozen=True, slots=True)
class Leg:
    """One reason why an actor may see tickets, as a condition on `Ticket`."""

    name: str
    condition: ColumnElement[bool]


def legs(actor: Actor) -> tuple[Leg, ...]:
    """The legs of an actor's scope. No leg: the actor sees nothing. A leg named "all" stands alone."""
    if actor.is_system or (actor.is_agent and not actor.assigned_only and actor.may(SEE_ALL)):
        return (Leg("all", true()),)
    if actor.kind is ActorKind.AGENT:
        places = () if actor.assigned_only else tuple(sorted(actor.departments))
        return _agent_legs(actor.agent_id, tuple(sorted(actor.teams)), places)
    if actor.user_id is None:
        return ()
    if actor.kind is ActorKind.REQUESTER:
        return _requester_legs(actor)
    if actor.kind is ActorKind.GUEST and actor.ticket_id is not None:
        takes_part = or_(*(leg.condition for leg in _requester_legs(actor)))
        linked = aliased(Ticket)
        goes_on = select(linked.merged_into_id).where(linked.id == actor.ticket_id).scalar_subquery()
        return (Leg("link", and_(or_(Ticket.id == actor.ticket_id, Ticket.id == goes_on), takes_part)),)
    return ()


def _requester_legs(actor: Actor) -> tuple[Leg, ...]:
    """Own, followed, and what the organization shares."""
    followed = select(Collaborator.ticket_id).where(Collaborator.user_id == actor.user_id)
    found = [Leg("own", Ticket.user_id == actor.user_id), Leg("collaborator", Ticket.id.in_(followed))]
    if actor.sees_organization and actor.organization_id is not None:
        found.append(Leg("organization", Ticket.organization_id == actor.organization_id))
    return tuple(found)


@lru_cache(maxsize=256)  # putting them together costs as much as a query
def _agent_legs(agent_id: int | None, teams: tuple[int, ...], departments: tuple[int, ...]) -> tuple[Leg, ...]:
    """Departments, own, teams, referrals."""
    found = [Leg("assigned", Ticket.assignee_id == agent_id)]
    to = [Referral.agent_id == agent_id]
    if teams:
        found.append(Leg("team", Ticket.team_id.in_(teams)))
        to.append(Referral.team_id.in_(teams))
    if departments:
        found.append(Leg("department", Ticket.department_id.in_(departments)))
        to.append(Referral.department_id.in_(departments))
    found.append(Leg("referral", Ticket.id.in_(select(Referral.ticket_id).where(or_(*to)))))
    return tuple(found)


def scope_key(actor: Actor) -> Hashable:
    """All that `legs` looks at: actors with the same key have the same legs."""
    flags = (actor.kind, actor.assigned_only, actor.may(SEE_ALL), actor.sees_organization and actor.organization_id)
    return (*flags, actor.agent_id, actor.user_id, actor.ticket_id, frozenset(actor.departments), actor.teams)


def narrowing(actor: Actor) -> list[ColumnElement[bool]]:
    """What plugins say must also hold for each ticket that this actor sees."""
    if actor.is_system:
        return []
    return [condition for _, condition in site().hooks.conditions(AccessHooks.permission_scope, actor=actor)]


def scope(actor: Actor, *, binned: bool = False) -> ColumnElement[bool]:
    """The whole scope as one condition on `Ticket`. Long lists use `hookdesk.listing`, which keeps the legs apart.

    With `binned` it is that of the bin: what the actor would see there, had it not been deleted.
    """
    return _scope(actor, narrowing(actor), binned)


def _scope(actor: Actor, narrow: Sequence[ColumnElement[bool]], binned: bool) -> ColumnElement[bool]:
    """The legs in one, and what plugins say besides."""
    found = legs(actor)
    if not found:
        return false()
    place = Ticket.state == BINNED if binned else Ticket.state != BINNED
    return and_(place, or_(*(leg.condition for leg in found)), *narrow)


def scoped(actor: Actor, build: Callable[[ColumnElement[bool]], S], *, binned: bool = False) -> S:
    """What `build`, a function of a module, makes of the actor's scope: a statement, put together once for all who see the same.

    That costs as much as running it. Where a plugin narrows the scope it is made anew each time.
    """
    narrow = narrowing(actor)
    if narrow:
        return build(_scope(actor, narrow, binned))
    key = (build, binned, scope_key(actor))
    kept: S | None = _scoped.get(key)
    if kept is None:
        if len(_scoped) >= MOST_SCOPED:
            _scoped.clear()
        kept = _scoped[key] = build(_scope(actor, (), binned))
    return kept


def entry_scope(actor: Actor) -> ColumnElement[bool]:
    """Which entries of a visible ticket an actor sees: notes are for agents only, and what may still be taken back, too."""
    if actor.is_agent or actor.is_system:
        return true()
    is_held = select(HeldEntry.entry_id).where(HeldEntry.entry_id == ThreadEntry.id).exists()
    return and_(ThreadEntry.kind != "note", ~is_held)


def access_ticket(actor: Actor, ticket_id: int, permission: str = "ticket.view", *, binned: bool = False) -> TicketView:
    """The ticket with that id, if the actor may see it and holds the permission for it. With `binned`: one that lies in the bin.

    Raises:
        NotFound: unknown or not visible.
        Forbidden: visible, but the permission is missing or a plugin objects.
    """
    if not 0 < ticket_id <= LARGEST_ID:
        raise NotFound("no such ticket")
    return _access(actor, _by_id, ticket_id, permission, binned)


def access_number(actor: Actor, number: str, permission: str = "ticket.view", *, binned: bool = False) -> TicketView:
    """Like `access_ticket`, by the public number. Its letters may be typed small."""
    try:
        return _access(actor, _by_number, number, permission, binned)
    except NotFound:
        if number == number.upper():
            raise
        return _access(actor, _by_number, number.upper(), permission, binned)


def _by_id(within: ColumnElement[bool]) -> Select[Any]:
    """The ticket of an id, if it lies within the scope."""
    return ticket_view().where(Ticket.id == bindparam("asked"), within)


def _by_number(within: ColumnElement[bool]) -> Select[Any]:
    """The same for a number."""
    return ticket_view().where(Ticket.number == bindparam("asked"), within)


def _access(
    actor: Actor, which: Callable[[ColumnElement[bool]], Select[Any]], asked: int | str, permission: str, binned: bool
) -> TicketView:
    """Read one ticket within the scope and check the permission."""
    row = reading().first(scoped(actor, which, binned=binned), {"asked": asked})
    if row is None:
        raise NotFound("no such ticket")
    view = TicketView(**row._mapping)
    demand(actor, permission, view)
    return view


def demand(actor: Actor, permission: str, ticket: TicketView) -> None:
    """Ask for one more permission on a ticket that the guard has let through.

    Raises:
        Forbidden: the permission is missing or a plugin objects.
    """
    if not permitted(actor, permission, ticket):
        raise Forbidden(permission)
    objection = site().hooks.veto(
        AccessHooks.permission_allowed, actor=actor, permission=permission, ticket=ticket.snapshot()
    )
    if objection:
        raise Forbidden(permission, objection)


def permitted(actor: Actor, permission: str, ticket: TicketView) -> bool:
    """True if the actor holds the permission for a ticket that they see."""
    if actor.is_system or permission == "ticket.view":
        return True
    if not actor.is_agent:
        return permission in REQUESTER_PERMISSIONS
    if permission == "ticket.message":
        return False
    if ticket.department_id in actor.departments or actor.is_admin:
        return actor.may(permission, ticket.department_id)
    return permission in actor.elsewhere or permission in actor.permissions


UNSEEN = ("snippet", "snippet_by", "deleted_at")
"""Columns of a ticket that its page does without."""


@lru_cache(maxsize=1)
def ticket_view() -> Select[Any]:
    """The columns of `TicketView`: one query with joins, nothing lazy. Built once, for putting it together costs more than running it."""
    assignee = aliased(Agent)
    columns = [column for column in Ticket.__table__.columns if column.name not in UNSEEN]
    return (
        select(
            *columns,
            Status.key.label("status"),
            Status.name.label("status_name"),
            Status.look.label("status_look"),
            Priority.key.label("priority"),
            Priority.name.label("priority_name"),
            Priority.look.label("priority_look"),
            Department.name.label("department_name"),
            User.name.label("requester"),
            Organization.name.label("organization"),
            assignee.name.label("assignee"),
            Team.name.label("team"),
        )
        .select_from(Ticket)
        .join(Status, Status.id == Ticket.status_id)
        .join(Priority, Priority.id == Ticket.priority_id)
        .join(Department, Department.id == Ticket.department_id)
        .join(User, User.id == Ticket.user_id)
        .outerjoin(Organization, Organization.id == Ticket.organization_id)
        .outerjoin(assignee, assignee.id == Ticket.assignee_id)
        .outerjoin(Team, Team.id == Ticket.team_id)
    )
