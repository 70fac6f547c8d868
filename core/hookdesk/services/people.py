"""Users, their addresses, and agents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.access import PERMISSIONS_AT_FIRST
from hookdesk.db.context import reading
from hookdesk.hookspecs import PeopleHooks
from hookdesk.models import Agent, Collaborator, Department, OrganizationDomain, Role, User, UserEmail
from hookdesk.settings import CoreSettings
from hookdesk.site import site
from hookdesk.text import clean_line

_NOT = r"\s\x00-\x1f\x7f\ud800-\udfff@<>\",;:()\[\]\\"
MOST_PARTS = 12
_ADDRESS = re.compile(rf"[^{_NOT}]{{1,64}}@(?:[^{_NOT}.]{{1,63}}\.)*[^{_NOT}.]{{1,63}}")


class PersonProblem(ValueError):
    """A person cannot be stored as asked; the message is for whoever asked."""


def normal_address(address: str) -> str:
    """An e-mail address as stored: trimmed and in lower case; "" if it is none that mail could reach."""
    trimmed = address.strip().lower()
    return trimmed if len(trimmed) <= 320 and _ADDRESS.fullmatch(trimmed) else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A user and the address that they were found by."""

    user_id: int
    name: str
    address: str
    organization_id: int | None
    is_banned: bool
    agent_id: int | None = None


def find_user(address: str) -> Person | None:
    """The user with that address."""
    return find_users([address]).get(normal_address(address))


def find_users(addresses: Iterable[str]) -> dict[str, Person]:
    """The users with these addresses, by address as it is stored; with the active agent that they are."""
    columns = (User.id, User.name, UserEmail.address, User.organization_id, User.is_banned, Agent.id)
    asked = select(*columns).join(UserEmail, UserEmail.user_id == User.id)
    asked = asked.outerjoin(Agent, and_(Agent.user_id == User.id, Agent.is_active))
    rows = reading().all(asked.where(UserEmail.address.in_([*filter(None, map(normal_address, addresses))])))
    return {row.address: Person(*row) for row in rows}


def objection(address: str) -> str | None:
    """Why nobody may have an address, if a plugin objects; ask before a transaction, as hooks are."""
    return site().hooks.veto(PeopleHooks.address_allowed, address=address)


def ensure_user(session: Session, address: str, name: str = "") -> User:
    """The user with that address, made if there is none. A name that was unknown so far is filled in.

    Raises:
        PersonProblem: the address is none.
    """
    normal = normal_address(address)
    if not normal:
        raise PersonProblem(f"{address[:100]!r} is not an e-mail address")
    user = session.scalar(select(User).join(UserEmail, UserEmail.user_id == User.id).where(UserEmail.address == normal))
    if user is not None:
        return user
    user = User(
        name=clean_name(name) or normal.partition("@")[0],
        organization_id=organization_of(normal),
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    session.add(UserEmail(user_id=user.id, address=normal, is_primary=True))
    session.flush()
    return user


def organization_of(address: str) -> int | None:
    """The organization whose domain an address has; of several the longest counts."""
    domain = normal_address(address).rpartition("@")[2]
    parts = domain.split(".")
    above = [".".join(parts[place:]) for place in range(1, min(len(parts), MOST_PARTS))]
    own = OrganizationDomain.domain == domain
    rows = reading().all(
        select(OrganizationDomain.organization_id, OrganizationDomain.domain).where(
            or_(own, and_(OrganizationDomain.domain.in_(above), OrganizationDomain.is_suffix))
        )
    )
    return max(rows, key=lambda row: len(row.domain)).organization_id if rows else None


def clean_name(name: str) -> str:
    """A person's name without control characters and doubled spaces, at most 200 characters."""
    return clean_line(name)[:200]


def primary_address(user_id: int) -> str:
    """Where mail for a user goes; "" if they have no address."""
    asked = select(UserEmail.address).where(UserEmail.user_id == user_id)
    return reading().scalar(asked.order_by(UserEmail.is_primary.desc(), UserEmail.id).limit(1)) or ""


def hides_agents() -> bool:
    """True where requesters are not told agents' names."""
    return site().settings.get("core", CoreSettings).agents_shown != "name"


def public_department(department_id: int) -> str:
    """A department's name for requesters; "" if they shall not know it."""
    named = select(Department.name).where(Department.id == department_id, Department.is_public)
    return reading().scalar(named) or ""


def public_name(agent: str, department: str) -> str:
    """How requesters are told who an agent is: by name, else by the department as `public_department` names it, else as "Support"."""
    shown = site().settings.get("core", CoreSettings).agents_shown
    if shown == "name":
        return agent
    return (department if shown == "department" else "") or str(_("Support"))


def create_agent(
    session: Session,
    *,
    login: str,
    name: str,
    address: str,
    department_id: int,
    role_id: int,
    is_admin: bool = False,
) -> Agent:
    """An agent, together with the user that they are.

    Raises:
        PersonProblem: the login or the address is taken or malformed, or the department or role does not exist.
    """
    login = login.strip().lower()
    if not re.fullmatch(r"[a-z0-9._@+-]{2,120}", login):
        raise PersonProblem("A login has 2 to 120 letters, digits or . _ @ + -")
    if session.scalar(select(Agent.id).where(Agent.login == login)):
        raise PersonProblem(f"The login {login} is taken")
    if session.get(Department, department_id) is None or session.get(Role, role_id) is None:
        raise PersonProblem("That department or role does not exist")
    user = ensure_user(session, address, name)
    if session.scalar(select(Agent.id).where(Agent.user_id == user.id)):
        raise PersonProblem(f"{address} belongs to another agent")
    agent = Agent(
        user_id=user.id, login=login, name=clean_name(name) or login, department_id=department_id, role_id=role_id,
        is_admin=is_admin, permissions=list(PERMISSIONS_AT_FIRST), created_at=clock.now(),
    )  # fmt: skip
    session.add(agent)
    session.flush()
    return agent


def is_participant(ticket_id: int, owner_id: int, user_id: int | None) -> bool:
    """True for the owner of a ticket and its collaborators."""
    asked = select(Collaborator.id).where(Collaborator.ticket_id == ticket_id, Collaborator.user_id == user_id)
    return user_id is not None and (user_id == owner_id or reading().scalar(asked) is not None)
