"""Who somebody is: an `Actor` read from the database in a few queries, so that the guard later needs none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    false,
    literal,
    null,
    select,
    true,
    union_all,
)

from hookdesk.db.context import reading
from hookdesk.models import (
    Agent,
    AgentDepartment,
    Department,
    Organization,
    Role,
    SignInSession,
    TeamMember,
    User,
    UserEmail,
)
from hookdesk.services import sessions
from hookdesk.types.actors import Actor, ActorKind

AGENT_ALWAYS = frozenset({"ticket.note"})
MANAGER_ALWAYS = frozenset({"ticket.release", "ticket.mark_answered", "ticket.edit_entries"})
TEAM = -1  # in the place of a depth
DEEPEST = 20


def agent_actor(agent_id: int, session_id: int | None = None) -> Actor | None:
    """The actor of an active agent, with departments, permissions and teams; None if there is none."""
    return _agent(_BY_ID, agent_id, session_id)


def agent_actor_of_user(user_id: int, session_id: int | None = None) -> Actor | None:
    """Like `agent_actor`, by the user that the agent is."""
    return _agent(_BY_USER, user_id, session_id)


def _agent_columns(which: ColumnElement[bool]) -> Select[Any]:
    """The query behind `_agent`: a row for each place where the agent works, all with the agent's own columns."""
    places = _places_columns(select(Agent.id).where(which).correlate(None).scalar_subquery()).subquery()
    return (
        select(
            *places.c,
            Agent.id, Agent.user_id, Agent.name, Agent.is_admin, Agent.assigned_only, Agent.role_falls_back,
            Agent.permissions.label("own"), Agent.locale, Agent.timezone, UserEmail.address, Role.permissions.label("primary"),
            Role.is_active.label("primary_is_active"),
        )
        .join(Role, Role.id == Agent.role_id)
        .outerjoin(UserEmail, and_(UserEmail.user_id == Agent.user_id, UserEmail.is_primary))
        .join(places, true())
        .where(Agent.is_active, which)
    )  # fmt: skip


def _agent(which: Select[Any], key: int, session_id: int | None) -> Actor | None:
    """Read one active agent in one query; `key` is the agent's id or that of their user. Everybody works in one department at least."""
    rows = reading().all(which, {"key": key})
    return _made(rows, session_id) if rows else None


def _made(rows: Sequence[Row[Any]], session_id: int | None) -> Actor:
    """The agent of these rows."""
    row = rows[0]
    departments, teams, managed = _places(rows)
    primary = frozenset(row.primary) if row.primary_is_active else frozenset()
    return Actor(
        kind=ActorKind.AGENT, name=row.name, user_id=row.user_id, agent_id=row.id, is_admin=row.is_admin,
        assigned_only=row.assigned_only, session_id=session_id, departments=departments, permissions=frozenset(row.own),
        elsewhere=AGENT_ALWAYS | (primary if row.role_falls_back else frozenset()), manages=managed, teams=teams, locale=row.locale,
        timezone=row.timezone, email=row.address or "",
    )  # fmt: skip


def _places_columns(agent_id: ScalarSelect[int]) -> CompoundSelect[Any]:
    """Where an agent works: departments with `depth`, how far above them the agent's own access stands, and teams."""
    no, yes = literal(False).label("manages"), literal(True).label("manages")
    primary = select(Agent.department_id, Agent.role_id, no).where(Agent.id == agent_id)
    further = select(AgentDepartment.department_id, AgentDepartment.role_id, no).where(
        AgentDepartment.agent_id == agent_id
    )
    managed = select(Department.id, Agent.role_id, yes).join(Agent, Agent.id == Department.manager_id)
    direct = union_all(primary, further, managed.where(Agent.id == agent_id)).subquery()
    held = select(direct, literal(0).label("depth")).cte("held", recursive=True)
    below = select(Department.id, held.c.role_id, held.c.manages, held.c.depth + 1)
    held = held.union_all(below.join(held, Department.parent_id == held.c.department_id).where(held.c.depth < DEEPEST))
    departments = select(
        held.c.depth, held.c.manages, held.c.department_id, Role.permissions, Role.is_active
    ).join(Role, Role.id == held.c.role_id)  # fmt: skip
    teams = select(literal(TEAM), false(), TeamMember.team_id, null(), true()).where(TeamMember.agent_id == agent_id)
    return union_all(departments, teams)


# Statements that every request runs are built once: putting them together costs more than running them.
_BY_ID, _BY_USER = (_agent_columns(column == bindparam("key")) for column in (Agent.id, Agent.user_id))
_OF_SESSION = select(SignInSession.user_id).where(*sessions.LIVE).correlate(None).scalar_subquery()
_BY_SESSION = (
    _agent_columns(Agent.user_id == _OF_SESSION)
    .join(SignInSession, and_(*sessions.LIVE))
    .add_columns(*(column for column in sessions.COLUMNS if column.name != "user_id"))
)


def _places(rows: Sequence[Row[Any]]) -> tuple[dict[int, frozenset[str]], frozenset[int], frozenset[int]]:
    """Department id → permissions held there, ids of teams, ids of departments that the agent manages.

    Access reaches down to the departments below; the role of the nearest one counts. A manager may do more in what they manage.
    """
    found: dict[int, frozenset[str]] = {}
    member: set[int] = set()
    managed: set[int] = set()
    nearest: dict[int, int] = {}
    for row in sorted(rows, key=_role_first):
        place = row.department_id
        if row.depth == TEAM:
            member.add(place)
        elif row.manages:
            managed.add(place)
            found[place] = found.get(place, AGENT_ALWAYS | _held(row.permissions, row.is_active)) | MANAGER_ALWAYS
        elif row.depth <= nearest.setdefault(place, row.depth):
            found[place] = found.get(place, AGENT_ALWAYS) | _held(row.permissions, row.is_active)
    return found, frozenset(member), frozenset(managed)


def _role_first(row: Row[Any]) -> tuple[bool, int]:
    """Roles before what a manager may do besides, the nearest first."""
    return row.manages, row.depth


def _held(permissions: Sequence[str], is_active: bool) -> frozenset[str]:
    """What a role allows; nothing while it is switched off."""
    return frozenset(permissions) if is_active else frozenset()


_REQUESTER = (
    select(
        User.id, User.name, User.organization_id, User.is_primary_contact, User.locale, User.timezone, User.is_banned, Organization.sharing
    )
    .outerjoin(Organization, Organization.id == User.organization_id)
    .where(User.id == bindparam("user_id"))
)  # fmt: skip


def requester_actor(user_id: int, session_id: int | None = None) -> Actor | None:
    """The actor of a requester with a session; None if the user is gone or banned."""
    row = reading().first(_REQUESTER, {"user_id": user_id})
    if row is None or row.is_banned:
        return None
    shares = row.sharing == "everybody" or (row.sharing == "primary" and row.is_primary_contact)
    return Actor(
        kind=ActorKind.REQUESTER, name=row.name, user_id=row.id, organization_id=row.organization_id, sees_organization=shares,
        is_primary_contact=row.is_primary_contact, session_id=session_id, locale=row.locale, timezone=row.timezone,
    )  # fmt: skip


def at_face(face: str, user_id: int, session_id: int | None = None) -> Actor | None:
    """The actor that a user is at the face "agent" or "portal"; None if they are none there."""
    read = agent_actor_of_user if face == "agent" else requester_actor
    return read(user_id, session_id)


def of_session(face: str, token: str) -> tuple[Row[Any], Actor | None] | None:
    """The live session of a token at a face (`sessions.COLUMNS`), and who that is; None if there is none. Agents, who are at it all day, in
    one query."""
    if face == "agent":
        rows = reading().all(_BY_SESSION, sessions.asked(token, face))
        return (rows[0], _made(rows, rows[0].session_id)) if rows else None
    row = sessions.find_session(token, face)
    return (row, requester_actor(row.user_id, row.session_id)) if row is not None else None


def guest_actor(user_id: int, ticket_id: int) -> Actor | None:
    """The actor behind a mailed link: may see that one ticket; None if the user is gone or banned."""
    row = reading().first(select(User.id, User.name, User.locale, User.is_banned).where(User.id == user_id))
    if row is None or row.is_banned:
        return None
    return Actor(kind=ActorKind.GUEST, name=row.name, user_id=row.id, ticket_id=ticket_id, locale=row.locale)
