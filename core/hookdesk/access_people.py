"""Which people of the site an agent may know of. Beside `hookdesk.access`, which decides over tickets, this decides over names.

Requesters do not come here: what they are told of agents is a setting, and of each other nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Boolean, ColumnElement, and_, bindparam, not_, or_, select, true

from hookdesk.access import NotFound, scope
from hookdesk.db.context import reading
from hookdesk.models import LARGEST_ID, Agent, AgentDepartment, Department, Ticket, User
from hookdesk.types.actors import Actor


def _knows(me: Any, departments: Any, is_admin: Any, sees_agents: Any) -> ColumnElement[bool]:
    """The condition on `Agent`, of values as in `knowing` or of parameters that stand for them."""
    further = select(AgentDepartment.agent_id).where(AgentDepartment.department_id.in_(departments))
    managers = select(Department.manager_id).where(Department.id.in_(departments), Department.manager_id.is_not(None))
    places = Agent.department_id.in_(departments), Agent.id.in_(further), Agent.id.in_(managers)
    return or_(is_admin, and_(sees_agents, Agent.is_visible), Agent.id == me, *places)


def knowing(actor: Actor) -> dict[str, Any]:
    """What `KNOWN_AGENT` asks about an actor."""
    may = {"is_admin": actor.is_admin or actor.is_system, "sees_agents": actor.may("agent.see_all")}
    return {"me": actor.agent_id, "departments": sorted(actor.departments), **may}


_MINE: BindParameter[int] = bindparam("departments", expanding=True)
_MAY = (bindparam(name, type_=Boolean) for name in ("is_admin", "sees_agents"))
KNOWN_AGENT = _knows(bindparam("me"), _MINE, *_MAY)
"""Oneself, who works in or manages a department of one's own, and with the permission everybody who is not hidden; administrators know all.

For statements that are built once, and given `knowing(actor)` each time.
"""


def known_users(actor: Actor) -> ColumnElement[bool]:
    """The condition on `User` that this agent may know of them: everybody but agents out of sight, unless a ticket in sight is theirs."""
    if actor.is_admin or actor.is_system:
        return true()
    hidden = select(Agent.user_id).where(not_(_knows(**knowing(actor)))).correlate(None)
    asks = select(Ticket.id).where(Ticket.user_id == User.id, scope(actor)).correlate(User)
    return or_(User.id.not_in(hidden), asks.exists())


def access_user(actor: Actor, user_id: int) -> None:
    """Let through who may know of a user.

    Raises:
        NotFound: unknown, or not for this agent to know of: nobody can tell which.
    """
    asked = select(User.id).where(User.id == user_id, known_users(actor))
    if not 0 < user_id <= LARGEST_ID or reading().scalar(asked) is None:
        raise NotFound("no such user")
