"""What this plugin adds to pages that are not its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, FormPart, SlotContent, TicketView
from hookdesk_forms import catalogue, values
from hookdesk_forms.catalogue import FormSpec
from hookdesk_forms.filling import fill
from hookdesk_forms.values import Answer
from hookdesk_forms.views import owners, ticket, topic

SLOTS_OF = {
    "directory.user": "user",
    "admin.user": "user",
    "directory.organization": "organization",
    "admin.organization": "organization",
    "task.sidebar": "task",
}
SLOTS = ("ticket.sidebar", "portal.ticket", "topics.topic", "accounts.profile", *SLOTS_OF)


def parts(actor: Actor, topic_ref: str, stage: str) -> list[FormPart]:
    """The fields of a new ticket with that topic, and those about a requester who is not signed in; none where there are none."""
    forms = catalogue.forms_of("ticket", topic_ref)
    if not actor.is_agent and not actor.is_signed_in:
        forms = [*catalogue.forms_of("user"), *forms]
    if not forms:
        return []
    filled = fill(forms, is_agent=actor.is_agent, stage=stage)
    return [FormPart("forms/filling.html", {"filled": filled}, filled.problems, filled.wire, filled.files)]


def contents(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """What goes into a slot."""
    if slot in ("ticket.sidebar", "portal.ticket"):
        return _beside(actor, args["ticket"])
    if slot == "topics.topic":
        return [SlotContent("forms/topic.html", topic.context(args["topic"].ref))]
    if slot in SLOTS_OF:
        about = SLOTS_OF[slot]
        template = "forms/task_desk.html" if about == "task" else "forms/owner_card.html"
        return _about(actor, about, args[about].id, template)
    if slot == "accounts.profile" and actor.user_id is not None:
        return _about(actor, "user", actor.user_id, "forms/owner_aside.html")
    return []


def _beside(actor: Actor, view: TicketView) -> Sequence[SlotContent]:
    """What was filled in, beside a ticket; nothing where there is neither that nor anything to fill in."""
    owners_of: dict[str, int | None] = {"ticket": view.id}
    if actor.is_agent:
        owners_of |= {"user": view.user_id, "organization": view.organization_id}
    stored = values.read_all(owners_of)
    answers = _seen(actor, stored["ticket"])
    people = [one for about in ("user", "organization") for one in _seen(actor, stored.get(about, {}))]
    can_change = ticket.may_change(actor, view) and _has_open(actor, catalogue.forms_of("ticket", view.topic_ref))
    if not answers and not can_change and not people:
        return []
    face = "desk" if actor.is_agent else "portal"
    given = {"answers": answers, "can_change": can_change, "people": people}
    return [SlotContent(f"forms/beside_{face}.html", given, order=10)]


def _about(actor: Actor, about: str, owner_id: int, template: str) -> Sequence[SlotContent]:
    """What was filled in about a user, an organization or a task."""
    answers = _seen(actor, values.read(about, owner_id))
    can_change = owners.may_change(actor, about, owner_id) and _has_open(actor, catalogue.forms_of(about))
    if not answers and not can_change:
        return []
    return [SlotContent(template, {"answers": answers, "can_change": can_change, "about": about, "owner_id": owner_id})]


def _seen(actor: Actor, stored: Mapping[int, tuple[Any, ...]]) -> list[Answer]:
    """What was filled in, as far as this actor sees it."""
    return [one for one in values.answered(stored) if one.is_seen_by(actor)]


def _has_open(actor: Actor, forms: Sequence[FormSpec]) -> bool:
    """True if there is a field that this actor may fill in."""
    filled = fill(forms, is_agent=actor.is_agent, stage="shown", fresh=False)
    return any(row.kind.column for row in filled.rows)
