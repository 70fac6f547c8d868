"""What the desk changes besides a single property: a ticket for a caller, an agent's own profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Agent,
    InboundFile,
    InboundMessage,
    Settled,
    TicketDraft,
    User,
    explain,
    intake,
    people,
    transact,
)

CHANNELS = ("phone", "email", "web", "other")
CHOSEN = "desk"
"""The key among a message's fields under which the desk says what the agent chose."""


@dataclass(frozen=True, slots=True)
class Call:
    """What an agent filled in about a caller and their request. `field_files` are hashes that plugins' `fields` refer to."""

    channel: str
    email: str
    name: str
    subject: str
    message: str
    files: tuple[InboundFile, ...]
    topic: str = ""
    department_id: int | None = None
    priority_id: int | None = None
    assignee_id: int | None = None
    confirm: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    field_files: tuple[str, ...] = ()


def open_for(actor: Actor, call: Call) -> Settled:
    """Open a ticket for somebody else, by the same road as every other message.

    Raises:
        Refusal: a plugin turns it away; the words are for the agent.
    """
    chosen = {
        "department_id": call.department_id,
        "priority_id": call.priority_id,
        "assignee_id": call.assignee_id,
        "confirm": call.confirm,
    }
    message = InboundMessage(
        channel=call.channel,
        sender_address=call.email,
        sender_name=call.name,
        subject=call.subject,
        text=call.message,
        files=call.files,
        topic=call.topic,
        fields={**call.fields, CHOSEN: chosen},
    )
    return intake.submit(message, actor, files=call.field_files)


def as_chosen(draft: TicketDraft) -> TicketDraft | None:
    """A draft with what its agent chose in the form; None if it did not come from the desk's form."""
    chosen = draft.fields.get(CHOSEN)
    if draft.channel not in CHANNELS or not isinstance(chosen, Mapping):
        return None
    changes: dict[str, Any] = {
        name: chosen[name] for name in ("department_id", "priority_id", "assignee_id") if chosen.get(name) is not None
    }
    explain(_("the agent who opened it chose so"))
    return draft.replace(**changes, autoresponse=bool(chosen.get("confirm")), fields=_without(draft.fields))


def _without(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields that are left for others."""
    return {name: value for name, value in fields.items() if name != CHOSEN}


def save_profile(actor: Actor, name: str, signature: str, locale: str, timezone: str) -> None:
    """Store what agents say about themselves; the user that they are bears the same name."""

    def work(session: Session) -> None:
        agent = session.get(Agent, actor.agent_id)
        user = session.get(User, actor.user_id)
        assert agent is not None  # they are signed in
        assert user is not None  # an agent is one
        agent.name = user.name = people.clean_name(name)
        agent.signature, agent.locale, agent.timezone = signature.replace("\r\n", "\n").strip(), locale, timezone

    transact(work)
