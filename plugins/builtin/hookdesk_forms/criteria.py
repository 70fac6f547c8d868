"""Fields as conditions name them: on stored tickets by a look into the table of values, on drafts by what came in.

The fields of users and organizations are those of the ticket's requester and its organization.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Field, FieldType, Ticket, TicketDraft
from hookdesk_forms import catalogue, values
from hookdesk_forms.kinds import FieldKind, Pairs, Spec, all_kinds
from hookdesk_forms.models import Value

OWNED: dict[str, Any] = {
    "ticket": Value.ticket_id == Ticket.id,
    "user": Value.user_id == Ticket.user_id,
    "organization": Value.organization_id == Ticket.organization_id,
}


def fields() -> list[Field]:
    """Every field, archived ones too: rules that name one go on working."""
    kinds = all_kinds()
    specs = (spec for about in OWNED for spec in catalogue.fields_of(about).values() if spec.kind in kinds)
    return [_field(spec, kinds[spec.kind]) for spec in specs if kinds[spec.kind].compared and kinds[spec.kind].column]


def _field(spec: Spec, kind: FieldKind) -> Field:
    """One field."""
    assert kind.compared is not None  # the caller asked
    stored = select(getattr(Value, kind.column)).where(OWNED[spec.about], Value.field_id == spec.id)
    is_many = kind.is_multiple(spec)
    groups = {
        "ticket": _("Fields"),
        "user": _("Fields of the requester"),
        "organization": _("Fields of the organization"),
    }
    return Field(
        name=spec.name,
        label=spec.label,
        type=kind.compared,
        column=stored if is_many else stored.where(Value.place == 0).correlate(Ticket).scalar_subquery(),
        attribute=spec.wire,
        is_many=is_many,
        read=_reader(spec),
        choices=partial(_choices, kind, spec) if kind.compared is FieldType.CHOICE else None,
        group=groups[spec.about],
        is_secret=spec.level(is_agent=True) == "hidden",
    )


def _reader(spec: Spec) -> Callable[[TicketDraft], Any]:
    """What a draft has: what came with it, else what is stored about its requester or their organization."""
    owner = {"user": "user_id", "organization": "organization_id"}.get(spec.about)

    def read(draft: TicketDraft) -> Any:
        owner_id = getattr(draft, owner) if owner else None
        if owner_id is not None:
            stored = values.read(spec.about, owner_id).get(spec.id)
            if stored:
                return stored
        return draft.fields.get(spec.wire)

    return read


def _choices(kind: FieldKind, spec: Spec) -> Pairs:
    """What an editor offers."""
    return kind.choices(spec) or ()
