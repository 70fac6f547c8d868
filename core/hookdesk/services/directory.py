"""Departments, roles and teams as an administrator keeps them, and what all parts of the directory share. Agents, users and
organizations have modules of their own.

Each change is checked, stored in one transaction and leaves a line in the system log. What is in use is not deleted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Priority,
    Role,
    Status,
    Team,
    TeamMember,
    Ticket,
    User,
)
from hookdesk.services import log
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor

COUNTED = 1000
"""Uses are counted no further than this, and one more."""
DEEPEST = 20

USES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "department": {
        "tickets": (Ticket.id, Ticket.department_id),
        "agents": (Agent.id, Agent.department_id),
        "extended": (AgentDepartment.id, AgentDepartment.department_id),
        "departments": (Department.id, Department.parent_id),
    },
    "role": {"agents": (Agent.id, Agent.role_id), "extended": (AgentDepartment.id, AgentDepartment.role_id)},
    "team": {
        "tickets": (Ticket.id, Ticket.team_id),
        "organizations": (Organization.id, Organization.manager_team_id),
    },
    "organization": {"users": (User.id, User.organization_id), "tickets": (Ticket.id, Ticket.organization_id)},
    "status": {"tickets": (Ticket.id, Ticket.status_id), "statuses": (Status.id, Status.reopens_as_id)},
    "priority": {"tickets": (Ticket.id, Ticket.priority_id)},
}
MODELS: Mapping[str, Any] = {
    "department": Department, "role": Role, "team": Team, "organization": Organization, "status": Status, "priority": Priority,
}  # fmt: skip


class DirectoryProblem(ValueError):
    """Something cannot be stored as asked; the message is for the administrator, `field` names what it is about ("" = all of it)."""

    def __init__(self, message: str, field: str = "") -> None:
        """Say what is wrong, and with which field."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class DepartmentData:
    """What a department's form holds."""

    name: str
    parent_id: int | None = None
    manager_id: int | None = None
    is_public: bool = True
    is_active: bool = True
    is_archived: bool = False
    is_default: bool = False
    signature: str = ""
    assignment: str = "all"
    claims_on_reply: bool = True
    keeps_assignee_on_reopen: bool = True
    answers_tickets: bool = True
    answers_messages: bool = True
    alerts: str = "extended"
    replies_by_mail: bool = False
    mail_account_ref: str = ""
    template_ref: str = ""
    sla_ref: str = ""
    schedule_ref: str = ""


@dataclass(frozen=True, slots=True)
class RoleData:
    """What a role's form holds."""

    name: str
    permissions: tuple[str, ...] = ()
    is_active: bool = True
    notes: str = ""


@dataclass(frozen=True, slots=True)
class TeamData:
    """What a team's form holds; `members` are ids of agents, `silent` those of them who are not told of its tickets."""

    name: str
    lead_id: int | None = None
    members: tuple[int, ...] = ()
    silent: frozenset[int] = frozenset()
    is_active: bool = True
    gets_alerts: bool = True
    notes: str = ""


def save_department(actor: Actor, department_id: int | None, data: DepartmentData) -> int:
    """Create (None) or change a department; its id.

    Raises:
        DirectoryProblem: the name is taken, the parent would make a circle, or the default would be inactive.
    """

    def work(session: Session) -> int:
        if data.is_default and not data.is_active:
            raise DirectoryProblem(_("New tickets go to the default department, so it has to be active."), "is_active")
        if data.is_archived and data.is_active:
            raise DirectoryProblem(_("An archived department is not active."), "is_archived")
        current = session.get(Department, department_id) if department_id else None
        if current is not None and current.is_default and not data.is_default:
            raise DirectoryProblem(_("To change the default, make another department the default one."), "is_default")
        _check_parent(session, department_id, data.parent_id)
        row = store(session, actor, Department, department_id, asdict(data))
        if data.is_default:
            session.execute(update(Department).where(Department.id != row.id).values(is_default=False))
        return int(row.id)

    return transact(work, race=True)


def set_department_refs(actor: Actor, department_id: int, **refs: str) -> None:
    """Say which things of plugins a department uses: `sla_ref="sla:3"`, `schedule_ref`, `template_ref`; "" is none of its own.

    Raises:
        DirectoryProblem: the department is gone.
    """

    def work(session: Session) -> None:
        row = session.get(Department, department_id)
        if row is None:
            raise DirectoryProblem(_("This was deleted meanwhile."))
        store(session, actor, Department, department_id, {"name": row.name, **refs})

    transact(work)


def _check_parent(session: Session, department_id: int | None, parent_id: int | None) -> None:
    """A department stands below another one, never below itself."""
    seen = 0
    while parent_id is not None:
        seen += 1
        if parent_id == department_id or seen > DEEPEST:
            raise DirectoryProblem(_("A department cannot stand below itself."), "parent_id")
        parent_id = session.scalar(select(Department.parent_id).where(Department.id == parent_id))


def save_role(actor: Actor, role_id: int | None, data: RoleData) -> int:
    """Create (None) or change a role; its id.

    Raises:
        DirectoryProblem: the name is taken.
    """
    values = {**asdict(data), "permissions": sorted(data.permissions)}
    return transact(lambda session: int(store(session, actor, Role, role_id, values).id), race=True)


def extend_roles(actor: Actor, like: Mapping[str, Collection[str]]) -> None:
    """Give out permissions that are new to the site: each key of `like` to the roles that hold all that stands beside it.

    Not again once any role has one of them: from then on an administrator decides.
    """
    roles = reading().all(select(Role.id, Role.name, Role.permissions, Role.is_active, Role.notes).order_by(Role.id))
    if any(name in role.permissions for role in roles for name in like):
        return
    for role in roles:
        gained = [name for name, needed in like.items() if set(needed) <= set(role.permissions)]
        if gained:
            save_role(actor, role.id, RoleData(role.name, (*role.permissions, *gained), role.is_active, role.notes))


def save_team(actor: Actor, team_id: int | None, data: TeamData) -> int:
    """Create (None) or change a team and its members; its id.

    Raises:
        DirectoryProblem: the name is taken, or the lead is no member.
    """

    def work(session: Session) -> int:
        if data.lead_id is not None and data.lead_id not in data.members:
            raise DirectoryProblem(_("The lead has to be a member of the team."), "lead_id")
        values = asdict(data)
        del values["members"], values["silent"]
        row = store(session, actor, Team, team_id, values)
        _set_members(session, actor, row, data)
        return int(row.id)

    return transact(work, race=True)


def _set_members(session: Session, actor: Actor, team: Team, data: TeamData) -> None:
    """Give a team exactly these members."""
    wanted = set(data.members)
    known = {row.agent_id: row for row in session.scalars(select(TeamMember).where(TeamMember.team_id == team.id))}
    silent = {agent_id for agent_id, row in known.items() if not row.gets_alerts}
    changes = {"members": (set(known), wanted), "members without alerts": (silent, wanted & data.silent)}
    for agent_id, row in known.items():
        if agent_id in wanted:
            row.gets_alerts = agent_id not in data.silent
        else:
            session.delete(row)
    session.add_all(
        TeamMember(team_id=team.id, agent_id=agent_id, gets_alerts=agent_id not in data.silent)
        for agent_id in wanted - set(known)
    )
    told = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if told:
        log.changed(session, actor, "team", team.name, told)


def store(session: Session, actor: Actor, model: Any, row_id: int | None, values: Mapping[str, Any]) -> Any:
    """Create (None) or change one row, with a line in the system log that names what changed.

    Raises:
        DirectoryProblem: the row is gone, or its name is taken where names are unique.
    """
    kind = model.__tablename__
    row = session.get(model, row_id, with_for_update=True) if row_id is not None else model()
    if row is None:
        raise DirectoryProblem(_("This was deleted meanwhile."))
    if model is not User and session.scalar(
        select(model.id).where(model.name == values["name"], model.id != (row_id or 0)).limit(1)
    ):
        raise DirectoryProblem(_("That name is taken."), "name")
    changes = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    for name, value in values.items():
        setattr(row, name, value)
    if row_id is None:
        if hasattr(model, "created_at"):
            row.created_at = clock.now()
        session.add(row)
        log.changed(session, actor, kind, row.name, changes, act="created")
    elif changes:
        log.changed(session, actor, kind, row.name, changes)
    session.flush()
    return row


def usage(kind: str, row_id: int) -> dict[str, int]:
    """How often one of `MODELS` is used, by what; each counted no further than 1,001. One query."""
    asked = {what: _counted(select(column).where(owner == row_id)) for what, (column, owner) in USES[kind].items()}
    row = reading().first(select(*(query.label(what) for what, query in asked.items())))
    return {what: count for what, count in row._mapping.items() if count} if row else {}


def _counted(query: Select[Any]) -> Any:
    """A bounded count as a scalar subquery."""
    return select(func.count()).select_from(query.limit(COUNTED + 1).subquery()).scalar_subquery()


def usage_words(uses: Mapping[str, int]) -> str:
    """The uses in words: "12 tickets, 3 agents"; "" if there are none."""
    words = {
        "tickets": lambda num: ngettext("%(num)s ticket", "%(num)s tickets", num),
        "agents": lambda num: ngettext("%(num)s agent", "%(num)s agents", num),
        "extended": lambda num: ngettext("%(num)s further access", "%(num)s further accesses", num),
        "departments": lambda num: ngettext("%(num)s department below it", "%(num)s departments below it", num),
        "users": lambda num: ngettext("%(num)s user", "%(num)s users", num),
        "organizations": lambda num: ngettext("%(num)s organization", "%(num)s organizations", num),
        "statuses": lambda num: ngettext("%(num)s status that leads to it", "%(num)s statuses that lead to it", num),
    }
    told = [
        words[what](count) if count <= COUNTED else _("over %(most)s", most=words[what](COUNTED))
        for what, count in uses.items()
    ]
    return ", ".join(told)


def remove(actor: Actor, kind: str, row_id: int) -> None:
    """Delete one of `MODELS` that nothing uses.

    Raises:
        DirectoryProblem: it is in use, it is the default one, or a plugin's table refers to it.
    """

    def work(session: Session) -> None:
        row = session.get(MODELS[kind], row_id)
        if row is None:
            return
        if uses := usage(kind, row_id):
            raise DirectoryProblem(
                _("%(name)s is in use: %(uses)s. Nothing was deleted.", name=row.name, uses=usage_words(uses))
            )
        if getattr(row, "is_default", False):
            raise DirectoryProblem(
                _("New tickets go to the default department, so it stays.")
                if kind == "department"
                else _("New tickets get the default, so it stays.")
            )
        session.delete(row)
        log.changed(session, actor, kind, row.name, {}, act="deleted", level="warning")
        session.flush()

    try:
        transact(work)
    except IntegrityError:
        raise DirectoryProblem(_("A plugin still refers to it, so it was kept. Make it inactive instead.")) from None
