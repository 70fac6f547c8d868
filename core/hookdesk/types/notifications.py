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
class AlertKind:
    """Something that agents can be told of: a row of the alerts page.

    `audiences` are those among whom the administrator chooses, `told` those who are told until they do: "assignee", "team", "team_lead",
    "department" (while nobody has the ticket), "manager", "account_manager", "last_respondent", "referred", "admins", "named" (the
    `agent_ids` of the notice). `headline` is the first line of what they are told, and `template` the kind of template that words it.
    """

    name: str
    label: str
    headline: str
    audiences: tuple[str, ...]
    told: tuple[str, ...] = ()
    template: str = "general_alert"


@dataclass(frozen=True, slots=True)
class TemplateKind:
    """A kind of message whose words the administrator can change. `subject`, `text` and `html` are templates in English: translated if
    a catalogue has them, and used as long as nobody has written others. Without `html` a message has text alone.
    """

    name: str
    label: str
    subject: str
    text: str
    html: str = ""
    for_agents: bool = False


@dataclass(frozen=True, slots=True)
class MessageValue:
    """Something that the words of a message may say besides, as `fields.<name>`. `label` says in the editor what it is."""

    name: str
    label: str
    value: str = ""


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
