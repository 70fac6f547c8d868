"""Agents as an administrator keeps them: created and changed with all that belongs to them, deactivated rather than deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hookdesk.access import PERMISSIONS_AT_FIRST
from hookdesk.hookspecs import AuthHooks
from hookdesk.models import Agent, AgentDepartment, Department, Role, TeamMember, User, UserEmail
from hookdesk.services import log, people, sessions
from hookdesk.services.directory import DirectoryProblem
from hookdesk.services.transaction import transact
from hookdesk.services.users import allow, set_addresses
from hookdesk.site import site
from hookdesk.types.actors import Actor

LOGIN = re.compile(r"[a-z0-9._@+-]{2,120}")
_APART = frozenset({"address", "extended", "silent", "teams"})
"""What of `AgentData` stands in tables of its own."""


@dataclass(frozen=True, slots=True)
class AgentData:
    """What an agent's form holds. `extended` maps further departments onto the roles held there, `silent` are those of them whose tickets
    they are not told of; `teams` are ids; `permissions` are those held everywhere."""

    name: str
    login: str
    address: str
    department_id: int
    role_id: int
    is_admin: bool = False
    is_active: bool = True
    on_vacation: bool = False
    assigned_only: bool = False
    role_falls_back: bool = True
    is_visible: bool = True
    must_change_password: bool = False
    permissions: tuple[str, ...] = PERMISSIONS_AT_FIRST
    signature: str = ""
    phone: str = ""
    notes: str = ""
    locale: str = ""
    timezone: str = ""
    extended: Mapping[int, int] = field(default_factory=dict)
    silent: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()


def save_agent(actor: Actor, agent_id: int | None, data: AgentData) -> int:
    """Create (None) or change an agent; the id. Whoever is deactivated is signed out everywhere.

    Raises:
        DirectoryProblem: login or address are taken or malformed, a department or role is gone, or no administrator would be left.
    """
    allow(data.address, "address")
    return transact(lambda session: _save(session, actor, agent_id, data), race=True)


def _save(session: Session, actor: Actor, agent_id: int | None, data: AgentData) -> int:
    """One attempt."""
    login, address = data.login.strip().lower(), people.normal_address(data.address)
    _check(session, agent_id, login, address, data)
    if agent_id is None:
        agent = people.create_agent(
            session,
            login=login,
            name=data.name,
            address=address,
            department_id=data.department_id,
            role_id=data.role_id,
        )
        words = f"{actor.name} created the agent {agent.name} ({login})"
        log.changed(session, actor, "agent", agent.name, {"login": ("", login)}, act="created", words=words)
    else:
        found = session.get(Agent, agent_id, with_for_update=True)
        if found is None:
            raise DirectoryProblem(_("This was deleted meanwhile."))
        agent = found
        _set_primary(session, agent.user_id, address)
    _keep_an_administrator(session, agent, data)
    changed = _set(session, agent, login, data)
    if agent_id is not None and changed:
        log.changed(session, actor, "agent", agent.name, changed)
    if not agent.is_active:
        sessions.revoke_all(session, agent.user_id)
    return agent.id


def _check(session: Session, agent_id: int | None, login: str, address: str, data: AgentData) -> None:
    """Hold each field against what is stored.

    Raises:
        DirectoryProblem: naming the first field that does not fit.
    """
    if not LOGIN.fullmatch(login):
        raise DirectoryProblem(_("A login has 2 to 120 letters, digits or . _ @ + -"), "login")
    if session.scalar(select(Agent.id).where(Agent.login == login, Agent.id != (agent_id or 0))):
        raise DirectoryProblem(_("The login %(login)s is taken.", login=login), "login")
    if not address:
        raise DirectoryProblem(_("This is not an e-mail address."), "address")
    owner = select(Agent.id).join(UserEmail, UserEmail.user_id == Agent.user_id).where(UserEmail.address == address)
    if session.scalar(owner.where(Agent.id != (agent_id or 0))):
        raise DirectoryProblem(_("%(address)s belongs to another agent.", address=address), "address")
    if session.get(Department, data.department_id) is None:
        raise DirectoryProblem(_("That department is gone."), "department_id")
    if session.get(Role, data.role_id) is None:
        raise DirectoryProblem(_("That role is gone."), "role_id")


def _set_primary(session: Session, user_id: int, address: str) -> None:
    """Make an address the agent's own; the one before it is given up, others stay.

    Raises:
        DirectoryProblem: it belongs to somebody else.
    """
    rows = session.execute(select(UserEmail.address, UserEmail.is_primary).where(UserEmail.user_id == user_id)).all()
    others = [row.address for row in rows if not row.is_primary and row.address != address]
    try:
        set_addresses(session, user_id, [address, *others])
    except DirectoryProblem as problem:
        raise DirectoryProblem(str(problem), "address") from None


def _keep_an_administrator(session: Session, agent: Agent, data: AgentData) -> None:
    """Somebody must be able to open this panel."""
    if not (agent.is_admin and agent.is_active) or (data.is_admin and data.is_active):
        return
    others = select(Agent.id).where(Agent.is_admin, Agent.is_active, Agent.id != agent.id).with_for_update()
    if session.scalars(others).first() is None:  # they are held, for one of them may be stepping down too
        problem = _("This is the last administrator; make somebody else one first.")
        raise DirectoryProblem(problem, "is_active" if not data.is_active else "is_admin")


def _set(session: Session, agent: Agent, login: str, data: AgentData) -> dict[str, tuple[Any, Any]]:
    """Set the columns, the further departments and the teams; what changed."""
    values = {item.name: getattr(data, item.name) for item in fields(data) if item.name not in _APART} | {
        "login": login,
        "name": people.clean_name(data.name) or login,
        "permissions": sorted(data.permissions),
    }
    changed = {name: (getattr(agent, name), value) for name, value in values.items() if getattr(agent, name) != value}
    for name, value in values.items():
        setattr(agent, name, value)
    user = session.get(User, agent.user_id)
    if user is not None:
        user.name = agent.name
    return changed | _set_departments(session, agent, data) | _set_teams(session, agent, data)


def _set_departments(session: Session, agent: Agent, data: AgentData) -> dict[str, tuple[Any, Any]]:
    """Access to further departments; the primary one is not among them."""
    wanted = {
        department: (role, department not in data.silent)
        for department, role in data.extended.items()
        if department != data.department_id
    }
    rows = session.scalars(select(AgentDepartment).where(AgentDepartment.agent_id == agent.id))
    known = {row.department_id: row for row in rows}
    before = {department: (row.role_id, row.gets_alerts) for department, row in known.items()}
    if before == wanted:
        return {}
    for department, row in known.items():
        if department not in wanted:
            session.delete(row)
    for department, (role, gets_alerts) in wanted.items():
        row = known.get(department) or AgentDepartment(agent_id=agent.id, department_id=department)
        row.role_id, row.gets_alerts = role, gets_alerts
        session.add(row)
    session.flush()
    return {"extended departments": (_pairs(before), _pairs(wanted))}


def _pairs(held: Mapping[int, tuple[int, bool]]) -> list[str]:
    """Departments and the roles held there, as the log tells them."""
    return [
        f"department {department}: role {role}{'' if gets_alerts else ', no alerts'}"
        for department, (role, gets_alerts) in sorted(held.items())
    ]


def _set_teams(session: Session, agent: Agent, data: AgentData) -> dict[str, tuple[Any, Any]]:
    """Membership in teams."""
    known = set(session.scalars(select(TeamMember.team_id).where(TeamMember.agent_id == agent.id)))
    if known == data.teams:
        return {}
    session.execute(
        delete(TeamMember).where(TeamMember.agent_id == agent.id, TeamMember.team_id.in_(known - data.teams))
    )
    session.add_all(TeamMember(team_id=team_id, agent_id=agent.id) for team_id in data.teams - known)
    session.flush()
    return {"teams": (known, data.teams)}


def reset_factors(actor: Actor, user_id: int, name: str) -> list[str]:
    """Let an agent begin anew with second proofs: forget theirs and end their sessions; the names of what is gone.

    Raises:
        HookDenied: a plugin could not forget its own; what others forgot is gone.
    """
    gone = site().hooks.collect(AuthHooks.auth_reset_factors, user_id=user_id)

    def work(session: Session) -> None:
        sessions.revoke_all(session, user_id)
        words = f"{actor.name} reset the second factors of {name}"
        log.changed(session, actor, "second factors", name, {"set up": (gone, [])}, act="reset", words=words)

    transact(work)
    return gone


def chose_password(session: Session, user_id: int) -> None:
    """The agent has a password of their own choice: they need not change it any more."""
    session.execute(update(Agent).where(Agent.user_id == user_id).values(must_change_password=False))
