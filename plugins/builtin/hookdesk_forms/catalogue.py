"""The forms and fields of this site, as pages, intake and conditions read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, or_, select

from hookdesk.api import reading
from hookdesk_forms.kinds import Spec
from hookdesk_forms.models import Field, Form, SwitchedOff, TopicForm

MOST_FIELDS = 1000
ABOUT = ("ticket", "user", "organization", "task")
_COLUMNS = (
    Field.id, Field.form_id, Field.about, Field.key, Field.kind, Field.label, Field.hint, Field.options, Field.list_id, Field.requester,
    Field.agent, Field.is_needed_to_close, Field.shown_if, Field.position, Field.archived_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form with the fields that are asked for."""

    id: int
    title: str
    intro: str
    fields: tuple[Spec, ...]


def fields_of(about: str, keys: Iterable[str] | None = None) -> dict[str, Spec]:
    """Every field about tickets, users …, archived ones too, by key; of these keys alone if some are given."""
    asked = _fields().where(Field.about == about)
    if keys is not None:
        asked = asked.where(Field.key.in_(list(keys)[:MOST_FIELDS]))
    return {row.key: _spec(row) for row in reading().all(asked)}


def field_by_id(field_id: int) -> Spec | None:
    """One field."""
    row = reading().first(_fields().where(Field.id == field_id))
    return _spec(row) if row is not None else None


def form_fields(form_id: int) -> list[Spec]:
    """All fields of a form, archived ones too, in their order."""
    return [_spec(row) for row in reading().all(_fields().where(Field.form_id == form_id))]


def forms_of(about: str, topic: str = "") -> list[FormSpec]:
    """The forms that are filled in: for a ticket those for all tickets, then those of its topic, without the fields that it leaves out."""
    forms = reading().all(_forms(about, topic))
    if not forms:
        return []
    asked = _fields().where(Field.form_id.in_([form.id for form in forms]), Field.archived_at.is_(None))
    if topic:
        asked = asked.where(Field.id.not_in(select(SwitchedOff.field_id).where(SwitchedOff.topic_ref == topic)))
    specs = [_spec(row) for row in reading().all(asked)]
    found = (FormSpec(form.id, form.title, form.intro, _of(form.id, specs)) for form in forms)
    return [form for form in found if form.fields]


def _forms(about: str, topic: str) -> Select[Any, Any, Any]:
    """The forms in their order."""
    asked = select(Form.id, Form.title, Form.intro).where(Form.about == about, Form.is_active)
    if about != "ticket":
        return asked.order_by(Form.position, Form.id)
    of_topic = TopicForm.topic_ref == topic
    asked = asked.outerjoin(TopicForm, (TopicForm.form_id == Form.id) & of_topic)
    asked = asked.where(or_(Form.is_for_all, TopicForm.form_id.is_not(None)))
    return asked.order_by(Form.is_for_all.desc(), TopicForm.position, Form.position, Form.id)


def _of(form_id: int, specs: Sequence[Spec]) -> tuple[Spec, ...]:
    """The fields of one form."""
    return tuple(spec for spec in specs if spec.form_id == form_id)


def _fields() -> Select[Any]:
    """Fields in their order, bounded."""
    return select(*_COLUMNS).order_by(Field.form_id, Field.position, Field.id).limit(MOST_FIELDS)


def _spec(row: Row[Any]) -> Spec:
    """A row as a value."""
    values = dict(row._mapping)
    is_archived = values.pop("archived_at") is not None
    return Spec(**values, is_archived=is_archived)
