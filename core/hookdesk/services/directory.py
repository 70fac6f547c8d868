"""Departments, roles, teams, organizations and users as an administrator keeps them. Agents stand in `services.agents`.

Each change is checked, stored in one transaction and leaves a line in the system log. What is in use is not deleted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    Team,
    TeamMember,
    Ticket,
    User,
    UserEmail,
)
from hookdesk.services import log, people, sessions
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
    "team": {"tickets": (Ticket.id, Ticket.team_id)},
    "organization": {"users": (User.id, User.organization_id), "tickets": (Ticket.id, Ticket.organization_id)},
}
MODELS: Mapping[str, Any] = {"department": Department, "role": Role, "team": Team, "organization": Organization}


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
    is_default: bool = False
    signature: str = ""


@dataclass(frozen=True, slots=True)
class RoleData:
    """What a role's form holds."""

    name: str
    permissions: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TeamData:
    """What a team's form holds; `members` are ids of agents."""

    name: str
    lead_id: int | None = None
    members: tuple[int, ...] = ()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class OrganizationData:
    """What an organization's form holds."""

    name: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class UserData:
    """What a user's form holds. The first of `addresses` is the primary one."""

    name: str
    addresses: tuple[str, ...]
    organization_id: int | None = None
    phone: str = ""
    is_banned: bool = False


def save_department(actor: Actor, department_id: int | None, data: DepartmentData) -> int:
    """Create (None) or change a department; its id.

    Raises:
        DirectoryProblem: the name is taken, the parent would make a circle, or the default would be inactive.
    """

    def work(session: Session) -> int:
        if data.is_default and not data.is_active:
            raise DirectoryProblem(_("New tickets go to the default department, so it has to be active."), "is_active")
        current = session.get(Department, department_id) if department_id else None
        if current is not None and current.is_default and not data.is_default:
            raise DirectoryProblem(_("To change the default, make another department the default one."), "is_default")
        _check_parent(session, department_id, data.parent_id)
        row = store(session, actor, Department, department_id, asdict(data))
        if data.is_default:
            session.execute(update(Department).where(Department.id != row.id).values(is_default=False))
        return int(row.id)

    return transact(work, race=True)


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


def save_team(actor: Actor, team_id: int | None, data: TeamData) -> int:
    """Create (None) or change a team and its members; its id.

    Raises:
        DirectoryProblem: the name is taken, or the lead is no member.
    """

    def work(session: Session) -> int:
        if data.lead_id is not None and data.lead_id not in data.members:
            raise DirectoryProblem(_("The lead has to be a member of the team."), "lead_id")
        values = {"name": data.name, "lead_id": data.lead_id, "is_active": data.is_active}
        row = store(session, actor, Team, team_id, values)
        members = set(session.scalars(select(TeamMember.agent_id).where(TeamMember.team_id == row.id)))
        session.execute(
            delete(TeamMember).where(TeamMember.team_id == row.id, TeamMember.agent_id.in_(members - set(data.members)))
        )
        session.add_all(TeamMember(team_id=row.id, agent_id=agent_id) for agent_id in set(data.members) - members)
        return int(row.id)

    return transact(work, race=True)


def save_organization(actor: Actor, organization_id: int | None, data: OrganizationData) -> int:
    """Create (None) or change an organization; its id.

    Raises:
        DirectoryProblem: the name is taken.
    """
    return transact(
        lambda session: int(store(session, actor, Organization, organization_id, asdict(data)).id), race=True
    )


def save_user(actor: Actor, user_id: int | None, data: UserData) -> int:
    """Create (None) or change a user and their addresses; their id. A banned one is signed out everywhere.

    Raises:
        DirectoryProblem: an address is none, or belongs to somebody else.
    """

    def work(session: Session) -> int:
        addresses = [_address(text) for text in data.addresses]
        if not addresses:
            raise DirectoryProblem(_("A user needs an e-mail address."), "addresses")
        values = asdict(data)
        del values["addresses"]
        row = store(session, actor, User, user_id, {**values, "name": people.clean_name(data.name)})
        set_addresses(session, row.id, addresses)
        if data.is_banned:
            sessions.revoke_all(session, row.id)
        return int(row.id)

    return transact(work, race=True)


def _address(text: str) -> str:
    """An address as stored."""
    found = people.normal_address(text)
    if not found:
        raise DirectoryProblem(_("%(text)s is not an e-mail address.", text=text[:100]), "addresses")
    return found


def set_addresses(session: Session, user_id: int, addresses: Sequence[str]) -> None:
    """Give a user exactly these addresses (as `people.normal_address` writes them), the first as the primary one.

    Raises:
        DirectoryProblem: one of them belongs to somebody else.
    """
    others = select(UserEmail.address).where(UserEmail.address.in_(addresses), UserEmail.user_id != user_id)
    if taken := session.scalar(others.limit(1)):
        raise DirectoryProblem(_("%(address)s belongs to somebody else.", address=taken), "addresses")
    known = {row.address: row for row in session.scalars(select(UserEmail).where(UserEmail.user_id == user_id))}
    for address, row in known.items():
        if address not in addresses:
            session.delete(row)
    for address in dict.fromkeys(addresses):
        is_primary = address == addresses[0]
        if address in known:
            known[address].is_primary = is_primary
        else:
            session.add(UserEmail(user_id=user_id, address=address, is_primary=is_primary))
    session.flush()


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
    """How often a "department", "role", "team" or "organization" is used, by what; each counted no further than 1,001. One query."""
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
    }
    told = [
        words[what](count) if count <= COUNTED else _("over %(most)s", most=words[what](COUNTED))
        for what, count in uses.items()
    ]
    return ", ".join(told)


def remove(actor: Actor, kind: str, row_id: int) -> None:
    """Delete a "department", "role", "team" or "organization" that nothing uses.

    Raises:
        DirectoryProblem: it is in use, it is the default department, or a plugin's table refers to it.
    """

    def work(session: Session) -> None:
        row = session.get(MODELS[kind], row_id)
        if row is None:
            return
        if uses := usage(kind, row_id):
            raise DirectoryProblem(
                _("%(name)s is in use: %(uses)s. Nothing was deleted.", name=row.name, uses=usage_words(uses))
            )
        if kind == "department" and row.is_default:
            raise DirectoryProblem(_("New tickets go to the default department, so it stays."))
        session.delete(row)
        log.changed(session, actor, kind, row.name, {}, act="deleted", level="warning")
        session.flush()

    try:
        transact(work)
    except IntegrityError:
        raise DirectoryProblem(_("A plugin still refers to it, so it was kept. Make it inactive instead.")) from None
