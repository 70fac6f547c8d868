"""Fields as conditions name them: on stored tickets by a look into the table of values, on drafts by the field's key."""

from __future__ import annotations

from functools import partial

from flask_babel import gettext as _
from sqlalchemy import select

from hookdesk.api import Field, FieldType, Ticket
from hookdesk_forms import catalogue
from hookdesk_forms.kinds import FieldKind, Pairs, Spec, all_kinds
from hookdesk_forms.models import Value


def fields() -> list[Field]:
    """Every field of tickets, archived ones too: rules that name one go on working."""
    kinds = all_kinds()
    specs = [spec for spec in catalogue.fields_of("ticket").values() if spec.kind in kinds]
    return [_field(spec, kinds[spec.kind]) for spec in specs if kinds[spec.kind].compared and kinds[spec.kind].column]


def _field(spec: Spec, kind: FieldKind) -> Field:
    """One field."""
    assert kind.compared is not None  # the caller asked
    stored = select(getattr(Value, kind.column)).where(Value.ticket_id == Ticket.id, Value.field_id == spec.id)
    is_many = kind.is_multiple(spec)
    return Field(
        name=spec.name,
        label=spec.label,
        type=kind.compared,
        column=stored if is_many else stored.where(Value.place == 0).correlate(Ticket).scalar_subquery(),
        attribute=spec.key,
        is_many=is_many,
        choices=partial(_choices, kind, spec) if kind.compared is FieldType.CHOICE else None,
        group=_("Fields"),
    )


def _choices(kind: FieldKind, spec: Spec) -> Pairs:
    """What an editor offers."""
    return kind.choices(spec) or ()
