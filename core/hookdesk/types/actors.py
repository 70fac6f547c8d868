"""Who acts: an agent, a requester, a guest with a link to one ticket, or the system itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ActorKind(StrEnum):
    """The four kinds of actor; everything a person may see follows from it and from the fields of `Actor`."""

    AGENT = "agent"
    REQUESTER = "requester"
    GUEST = "guest"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who reads or changes things, with all that the guard needs to decide, so that it asks no database.

    `departments` maps each department that an agent has access to onto the permissions of their role there; `permissions` are held
    everywhere, `elsewhere` on tickets outside those departments (assigned or referred to the agent). `manages`: those of `departments` that
    the agent manages, or manages one above.
    A guest may see `ticket_id` only. `assigned_only` limits an agent to tickets assigned to them or their teams.
    `confirmed_at`: when the session's owner last proved who they are; for a guest, when they followed the link.
    `sees_organization`: a requester whose organization shares its tickets with them. `viewer`: the administrator who looks through this
    actor's eyes, and may change nothing.
    """

    kind: ActorKind
    name: str
    user_id: int | None = None
    agent_id: int | None = None
    is_admin: bool = False
    assigned_only: bool = False
    organization_id: int | None = None
    sees_organization: bool = False
    is_primary_contact: bool = False
    ticket_id: int | None = None
    session_id: int | None = None
    departments: Mapping[int, frozenset[str]] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    manages: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    email: str = ""
    locale: str = ""
    timezone: str = ""
    confirmed_at: datetime | None = None
    viewer: str = ""

    @property
    def is_agent(self) -> bool:
        """True for somebody who works in the desk."""
        return self.kind is ActorKind.AGENT

    @property
    def is_system(self) -> bool:
        """True for jobs and the command line, which see everything."""
        return self.kind is ActorKind.SYSTEM

    @property
    def is_signed_in(self) -> bool:
        """True for an agent or a requester with a session."""
        return self.kind in (ActorKind.AGENT, ActorKind.REQUESTER)

    def may(self, permission: str, department_id: int | None = None) -> bool:
        """True if this actor holds `permission` in that department, or in any if none is given."""
        if self.is_system or (self.is_agent and self.is_admin) or permission in self.permissions:
            return True
        if department_id is not None:
            return permission in self.departments.get(department_id, frozenset())
        return any(permission in held for held in self.departments.values())


def system(name: str = "Hookdesk") -> Actor:
    """The actor for work that no person asked for: jobs, intake, the command line."""
    return Actor(kind=ActorKind.SYSTEM, name=name)


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS, name="")
