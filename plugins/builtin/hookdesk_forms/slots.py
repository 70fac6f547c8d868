"""What this plugin adds to pages that are not its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hookdesk.api import Actor, FormPart, SlotContent
from hookdesk_forms import catalogue
from hookdesk_forms.filling import fill
from hookdesk_forms.views import ticket, topic


def parts(actor: Actor, topic_ref: str, stage: str) -> list[FormPart]:
    """The fields of a new ticket with that topic; none where there are none."""
    forms = catalogue.forms_of("ticket", topic_ref)
    if not forms:
        return []
    filled = fill(forms, is_agent=actor.is_agent, stage=stage)
    return [FormPart("forms/filling.html", {"filled": filled}, filled.problems, filled.wire)]


def contents(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """What goes into a slot."""
    if slot in ("ticket.sidebar", "portal.ticket"):
        return _beside(slot, actor, args)
    if slot == "topics.topic":
        return [SlotContent("forms/topic.html", topic.context(args["topic"].ref))]
    return []


def _beside(slot: str, actor: Actor, args: Mapping[str, Any]) -> Sequence[SlotContent]:
    """What was filled in, beside a ticket; nothing where there is neither that nor anything to fill in."""
    view = args["ticket"]
    answers = ticket.seen(actor, view)
    can_change = ticket.may_change(actor, view) and _has_open(actor, view.topic_ref)
    if not answers and not can_change:
        return []
    face = "desk" if actor.is_agent else "portal"
    given = {"answers": answers, "can_change": can_change, "ticket": view}
    return [SlotContent(f"forms/beside_{face}.html", given, order=10)]


def _has_open(actor: Actor, topic_ref: str) -> bool:
    """True if there is a field that this actor may fill in."""
    specs = (spec for form in catalogue.forms_of("ticket", topic_ref) for spec in form.fields)
    return any(spec.level(actor.is_agent) in ("open", "required") for spec in specs)
