"""The fields that queues can name, and what an index can answer of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import and_, select

from hookdesk.api import Actor, Comparison, Field, FieldType, Group, Mode, Operator, Ticket, cached, criteria
from hookdesk_desk.directory import directory
from hookdesk_queues.models import Vip

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


def stored() -> Mapping[str, Field]:
    """The fields of stored tickets, in the reader's words."""
    return cached(
        f"queues.fields.{get_locale()}",
        lambda: {name: field for name, field in criteria.known_fields().items() if field.column is not None},
    )


def offered(actor: Actor) -> Mapping[str, Field]:
    """The same with the choices that somebody may know of: an agent is offered no department, agent or team that is hidden from them,
    and organizations only where they may look through all of them.
    """
    if actor.is_admin:
        return stored()
    places = directory()
    seen = {
        "department": [(one.id, one.name) for one in places.departments],
        "assignee": [(one.id, one.name) for one in places.agents],
        "team": [(one.id, one.name) for one in places.teams],
    } | ({} if actor.may("user.directory") else {"organization": None})
    found = dict(stored())
    for name, choices in seen.items():
        found[name] = replace(found[name], choices=None if choices is None else partial(list, choices))
    return found


def labels(field: Field) -> Mapping[Any, str]:
    """The labels of a field's choices."""
    if field.choices is None:
        return {}
    choices = field.choices
    return cached(f"queues.labels.{get_locale()}.{field.name}", lambda: {key: str(label) for key, label in choices()})


def is_quick(group: Group, state: str) -> bool:
    """True if indexes answer the conditions, however many tickets there are: all open ones may be looked at in an index, but of the
    closed ones, which grow for ever, only those that it finds.
    """
    if any(one.field not in COVERED for one in criteria.comparisons(group)):
        return False
    return state == "open" or not group.parts or _is_selective(group)


def _is_selective(part: Group | Comparison) -> bool:
    """True if an index finds what meets a condition."""
    if isinstance(part, Comparison):
        return (
            part.field in SELECTIVE and part.operator not in criteria.NEGATED and part.operator is not Operator.BEFORE
        )
    found = [_is_selective(inner) for inner in part.parts]
    return part.mode is Mode.ALL and any(found)
