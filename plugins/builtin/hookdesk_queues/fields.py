"""The fields that queues can name, and what an index can answer of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import and_, false, select

from hookdesk.api import Comparison, Field, FieldType, Group, Mode, Operator, Ticket, cached, criteria, reading
from hookdesk_desk.fields import offered, stored
from hookdesk_queues.models import Vip

__all__ = ["COVERED", "SELECTIVE", "is_quick", "labels", "offered", "stored", "vip"]

COVERED = frozenset(
    ("assignee", "team", "department", "status", "organization", "requester", "answered", "priority", "created", "activity", "due",
     "closed", "vip")
)  # fmt: skip
"""What the indexes of tickets hold, so that looking for it among all open tickets is quick."""
SELECTIVE = COVERED - {"answered", "priority"}
"""What they find by itself."""


def vip() -> Field:
    """Whether a ticket's organization is very important."""
    column = and_(Ticket.organization_id.is_not(None), Ticket.organization_id.in_(select(Vip.organization_id)))
    return Field(
        "vip", _("VIP organization"), FieldType.BOOLEAN, column, "vip", is_early=False, group=_("Ticket"),
        read=lambda draft: False,
    )  # fmt: skip


def asked() -> Mapping[str, Field]:
    """The fields as queues ask for them: while no organization is very important, no ticket is looked at to find none of one."""
    known = stored()
    if reading().scalar(select(Vip.organization_id).limit(1)) is not None:
        return known
    return {**known, "vip": replace(known["vip"], column=false())}


def labels(field: Field) -> Mapping[Any, str]:
    """The labels of a field's choices."""
    if field.choices is None:
        return {}
    choices = field.choices
    return cached(f"queues.labels.{get_locale()}.{field.name}", lambda: {key: str(label) for key, label in choices()})


def is_quick(group: Group, known: Mapping[str, Field], state: str) -> bool:
    """True if indexes answer the conditions, however many tickets there are: all open ones may be looked at in an index, but of the
    closed ones, which grow for ever, only those that it finds.
    """
    owned = {name for name, field in known.items() if field.owner is not None}
    if any(one.field not in COVERED | owned for one in criteria.comparisons(group)):
        return False
    return state == "open" or not group.parts or _is_selective(group, SELECTIVE | owned)


def is_listed(group: Group, known: Mapping[str, Field]) -> bool:
    """True if the conditions name the tickets by their ids: a field that knows which tickets hold its values is asked for some."""
    return bool(group.parts) and _is_selective(
        group, {name for name, field in known.items() if field.owner is not None}
    )


def _is_selective(part: Group | Comparison, selective: Collection[str]) -> bool:
    """True if an index finds what meets a condition."""
    if isinstance(part, Comparison):
        is_found = part.operator not in criteria.NEGATED and part.operator not in (Operator.BEFORE, Operator.OLDER)
        return part.field in selective and is_found
    found = [_is_selective(inner, selective) for inner in part.parts]
    return part.mode is Mode.ALL and any(found)
