"""Telling people: who, over what, with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hookdesk.types.changes import Replaceable


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person to be told: a requester (`user_id`) or an agent (`agent_id`).

    `reason` is "requester", "collaborator", "assignee" or "department", or a plugin's own word.
    """

    address: str
    name: str
    reason: str
    user_id: int | None = None
    agent_id: int | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class Notification(Replaceable):
    """One message to one recipient, before it is sent. `template` names the words ("reply", "autoresponse", "new_ticket_alert" …)."""

    template: str
    recipient: Recipient
    ticket_id: int
    entry_id: int | None
    subject: str = ""
    text: str = ""
    html: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
