"""Fields that conditions may name: core's own and those of plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from hookdesk.hookspecs import RunningHooks
from hookdesk.models import Ticket
from hookdesk.site import site
from hookdesk.types.criteria import Field, FieldType, Operator
from hookdesk.types.drafts import TicketDraft

CHOICE = frozenset({Operator.IS, Operator.IS_NOT, Operator.IN, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY})
TEXT = CHOICE | {Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH}
OPERATORS: Mapping[FieldType, frozenset[Operator]] = {
    FieldType.TEXT: TEXT,
    FieldType.CHOICE: CHOICE,
    FieldType.NUMBER: CHOICE | {Operator.LESS, Operator.MORE},
    FieldType.MOMENT: frozenset({Operator.BEFORE, Operator.AFTER, Operator.IS_EMPTY, Operator.IS_NOT_EMPTY}),
    FieldType.BOOLEAN: frozenset({Operator.IS, Operator.IS_NOT}),
}
"""Which operators a type has."""


def core_fields() -> tuple[Field, ...]:
    """Fields of the ticket itself."""
    return (
        Field("subject", _("Subject"), FieldType.TEXT, Ticket.subject, "subject"),
        Field("channel", _("Channel"), FieldType.CHOICE, Ticket.channel, "channel"),
        Field("topic", _("Help topic"), FieldType.CHOICE, Ticket.topic_ref, "topic"),
        Field("department", _("Department"), FieldType.CHOICE, Ticket.department_id, "department_id"),
        Field("assignee", _("Assignee"), FieldType.CHOICE, Ticket.assignee_id, "assignee_id"),
        Field("team", _("Team"), FieldType.CHOICE, Ticket.team_id, "team_id"),
        Field("status", _("Status"), FieldType.CHOICE, Ticket.status_id, "status_id"),
        Field("priority", _("Priority"), FieldType.CHOICE, Ticket.priority_id, "priority_id"),
        Field("requester", _("Requester"), FieldType.CHOICE, Ticket.user_id, "user_id"),
        Field("organization", _("Organization"), FieldType.CHOICE, Ticket.organization_id, "organization_id"),
        Field("answered", _("Answered"), FieldType.BOOLEAN, Ticket.is_answered, "is_answered"),
        Field("entries", _("Number of entries"), FieldType.NUMBER, Ticket.entry_count, "entry_count"),
        Field("created", _("Created"), FieldType.MOMENT, Ticket.created_at, "created_at"),
        Field("activity", _("Last activity"), FieldType.MOMENT, Ticket.last_activity_at, "last_activity_at"),
        Field("due", _("Due"), FieldType.MOMENT, Ticket.due_at, "due_at"),
    )


def known_fields() -> dict[str, Field]:
    """Every field by name; a plugin cannot replace one of core's."""
    found = {field.name: field for field in site().hooks.collect(RunningHooks.criteria_fields)}
    return found | {field.name: field for field in core_fields()}


def draft_values(draft: TicketDraft, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Field name → value for a ticket that is not stored yet: an attribute of the draft, else an entry of its `fields`."""
    return {name: getattr(draft, field.attribute, draft.fields.get(field.attribute)) for name, field in fields.items()}
