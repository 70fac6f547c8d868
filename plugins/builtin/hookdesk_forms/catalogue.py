"""The forms and fields of this site, read once and kept until an admin changes them: each ticket, page and rule asks for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g
from sqlalchemy import Row, select

from hookdesk.api import cached, reading
from hookdesk_forms.kinds import Spec
from hookdesk_forms.models import Field, Form, SwitchedOff, TopicForm

KEY = "forms.catalogue"
MOST_FIELDS = 5000
ABOUT = ("ticket", "user", "organization", "task")
_COLUMNS = (
    Field.id, Field.form_id, Field.about, Field.key, Field.kind, Field.label, Field.hint, Field.options, Field.list_id, Field.requester,
    Field.agent, Field.is_needed_to_close, Field.shown_if, Field.position, Field.archived_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form with the fields that are asked for."""

    id: int
    about: str
    title: str
    intro: str
    is_for_all: bool
    fields: tuple[Spec, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything at once: forms in use in their order, every field by id, and by topic its forms and the fields that it leaves out."""

    forms: tuple[FormSpec, ...]
    fields: Mapping[int, Spec]
    by_topic: Mapping[str, tuple[int, ...]]
    left_out: Mapping[str, frozenset[int]]


def whole() -> Catalogue:
    """What there is; what others changed is seen within a second."""
    anew: Catalogue | None = g.get(KEY)
    return anew or cached(KEY, _load)


def read_anew() -> None:
    """For this request, read what is stored now: an admin sees what they have just saved, whichever process answers."""
    setattr(g, KEY, _load())


def _load() -> Catalogue:
    """Read it all."""
    rows = reading().all(select(*_COLUMNS).order_by(Field.form_id, Field.position, Field.id).limit(MOST_FIELDS))
    specs = {row.id: _spec(row) for row in rows}
    asked: dict[int, list[Spec]] = defaultdict(list)
    for spec in specs.values():
        if not spec.is_archived:
            asked[spec.form_id].append(spec)
    columns = (Form.id, Form.about, Form.title, Form.intro, Form.is_for_all)
    forms = reading().all(select(*columns).where(Form.is_active).order_by(Form.position, Form.id))
    by_topic: dict[str, list[int]] = defaultdict(list)
    order = (TopicForm.topic_ref, TopicForm.position, TopicForm.form_id)
    for topic_row in reading().all(select(TopicForm.topic_ref, TopicForm.form_id).order_by(*order)):
        by_topic[topic_row.topic_ref].append(topic_row.form_id)
    left_out: dict[str, set[int]] = defaultdict(set)
    for off in reading().all(select(SwitchedOff.topic_ref, SwitchedOff.field_id)):
        left_out[off.topic_ref].add(off.field_id)
    return Catalogue(
        tuple(FormSpec(**form._mapping, fields=tuple(asked[form.id])) for form in forms),
        specs,
        {ref: tuple(ids) for ref, ids in by_topic.items()},
        {ref: frozenset(ids) for ref, ids in left_out.items()},
    )


def _spec(row: Row[Any]) -> Spec:
    """A row as a value."""
    values = dict(row._mapping)
    is_archived = values.pop("archived_at") is not None
    return Spec(**values, is_archived=is_archived)


def fields_of(about: str, keys: Iterable[str] | None = None) -> dict[str, Spec]:
    """Every field about tickets, users …, archived ones too, by key; of these keys alone if some are given."""
    wanted = None if keys is None else frozenset(keys)
    specs = (spec for spec in whole().fields.values() if spec.about == about)
    return {spec.key: spec for spec in specs if wanted is None or spec.key in wanted}


def field_by_id(field_id: int) -> Spec | None:
    """One field."""
    return whole().fields.get(field_id)


def form_fields(form_id: int) -> list[Spec]:
    """All fields of a form, archived ones too, in their order."""
    return [spec for spec in whole().fields.values() if spec.form_id == form_id]


def forms_of(about: str, topic: str = "") -> list[FormSpec]:
    """The forms that are filled in: for a ticket those for all tickets, then those of its topic, without the fields that it leaves out."""
    known = whole()
    forms = [form for form in known.forms if form.about == about and (about != "ticket" or form.is_for_all)]
    if about == "ticket":
        others = {form.id: form for form in known.forms if form.about == about and not form.is_for_all}
        forms += [others[form_id] for form_id in known.by_topic.get(topic, ()) if form_id in others]
    off = known.left_out.get(topic, frozenset()) if about == "ticket" else frozenset()
    found = [_without(form, off) for form in forms]
    return [form for form in found if form.fields]


def _without(form: FormSpec, off: frozenset[int]) -> FormSpec:
    """A form without some of its fields."""
    if not off:
        return form
    kept = tuple(spec for spec in form.fields if spec.id not in off)
    return FormSpec(form.id, form.about, form.title, form.intro, form.is_for_all, kept)
