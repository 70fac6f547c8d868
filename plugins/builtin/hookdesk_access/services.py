"""Find the person and the ticket that are asked about, and put the guard's answer into words."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import (
    PERMISSIONS,
    AccessHooks,
    Actor,
    Agent,
    Department,
    Reason,
    Ticket,
    UserEmail,
    actors,
    people,
    reading,
    reasons,
    sees,
    site,
)

MOST_NAMES = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One rule in words, and whether it holds."""

    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What the guard says of one person and one ticket."""

    actor: Actor
    number: str
    subject: str
    department: str
    sees: bool
    rules: list[Line]
    permissions: list[Line]


def find_actor(who: str, face: str) -> Actor | None:
    """The agent with that user name or address, or (at the face "portal") the requester with that address."""
    wanted = who.strip().lower()
    if face == "portal":
        found = people.find_user(wanted)
        return actors.requester_actor(found.user_id) if found else None
    by_address = select(UserEmail.user_id).where(UserEmail.address == wanted)
    agent_id = reading().scalar(
        select(Agent.id).where((Agent.login == wanted) | Agent.user_id.in_(by_address)).order_by(Agent.id).limit(1)
    )
    return actors.agent_actor(agent_id) if agent_id else None


def answer(actor: Actor, number: str) -> Answer | None:
    """What the guard says; None if there is no such ticket."""
    row = reading().first(
        select(Ticket.id, Ticket.number, Ticket.subject, Department.name.label("department"))
        .join(Department, Department.id == Ticket.department_id)
        .where(Ticket.number == number.strip().removeprefix("#"))
    )
    if row is None:
        return None
    found = reasons(actor, row.id)
    rules = [Line(_rule(one), one.holds) for one in found if one.kind != "permission"]
    labels = {"ticket.message": str(_("Write on it"))} | {
        name: str(label) for name, label, _group in (*PERMISSIONS, *site().hooks.collect(AccessHooks.permissions))
    }
    may = [Line(_permission(one, labels), one.holds) for one in found if one.kind == "permission"]
    return Answer(actor, row.number, row.subject, row.department, sees(found), rules, may)


def _rule(reason: Reason) -> str:
    """A leg of the scope, or a plugin's narrowing."""
    if reason.kind == "plugin":
        found = site().plugins.found.get(reason.name)
        return str(_("The plugin %(name)s lets it through", name=found.title if found else reason.name))
    known = {
        "all": _("They see every ticket: an administrator, or somebody with that permission"),
        "assigned": _("The ticket is assigned to them"),
        "team": _("It is assigned to one of their teams"),
        "department": _("It is in a department that they work in, or in one below it"),
        "referral": _("It was referred to them, to one of their teams or departments"),
        "own": _("They asked it"),
        "collaborator": _("They are a collaborator"),
        "organization": _("Their organization shares its tickets with them"),
    }
    return str(known.get(reason.name, reason.name))


def _permission(reason: Reason, labels: dict[str, str]) -> str:
    """A permission, and why a plugin objects."""
    label = labels.get(reason.name, reason.name)
    return f"{label}: {reason.words}" if reason.words else label


def names(face: str) -> list[str]:
    """What the field for the person suggests: agents' user names; nobody's addresses, for there may be very many."""
    if face == "portal":
        return []
    return list(reading().scalars(select(Agent.login).where(Agent.is_active).order_by(Agent.login).limit(MOST_NAMES)))


def eyes(actor: Actor) -> int:
    """The id by which `view_as` knows an actor."""
    return int(actor.agent_id or actor.user_id or 0)
