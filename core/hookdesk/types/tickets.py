"""A ticket as pages and hooks see it: a frozen snapshot with the names that its ids stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """One ticket that the guard has let through. `status` and `priority` are their keys, and how they look is one of core's few looks."""

    id: int
    number: str
    subject: str
    user_id: int
    organization_id: int | None
    department_id: int
    assignee_id: int | None
    team_id: int | None
    status_id: int
    state: str
    priority_id: int
    priority_rank: int
    topic_ref: str
    sla_ref: str
    channel: str
    due_at: datetime
    fixed_due_at: datetime | None
    is_answered: bool
    entry_count: int
    attachment_count: int
    updates: int
    created_at: datetime
    last_activity_at: datetime
    closed_at: datetime | None
    reopened_at: datetime | None
    merged_into_id: int | None = None
    related: int = 0
    status: str
    status_name: str
    status_look: str
    priority: str
    priority_name: str
    priority_look: str
    department_name: str
    requester: str
    organization: str | None
    assignee: str | None
    team: str | None

    def snapshot(self) -> Mapping[str, Any]:
        """What hooks are told of a ticket: plain values by name."""
        return MappingProxyType({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class EntryMark:
    """A mark beside the name at the head of an entry, for agents: a few words, and more in `details` or at `url`.

    `look` is "success", "warning", "danger", "info" or "" for a plain one. With `is_role` it says who the author is to the ticket, in place
    of what the page would say.
    """

    entry_id: int
    label: str
    details: str = ""
    look: str = ""
    is_role: bool = False
    url: str = ""
