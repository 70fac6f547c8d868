"""Forms, their fields and what goes with a topic are written here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hookdesk.api import Actor, TicketDraft, clock, log, reading, transact
from hookdesk_forms.models import Field, Form, SwitchedOff, TopicForm, Value

MOST_FORMS, MOST_FIELDS = 200, 100
LEVELS = ("hidden", "shown", "open", "required")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
RESERVED = frozenset(name.lower() for name in dir(TicketDraft)) | {
    "attachments", "autorespond", "desk", "email", "ip", "name", "priorityid", "source", "topicid", "api_osticket",
}  # fmt: skip
"""Names that mean something else in a draft of a ticket or to programs that make one."""


class FormProblem(ValueError):
    """A form or field cannot be stored as asked. `field` is the control that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class FormValues:
    """What an admin states about a form."""

    title: str
    about: str = "ticket"
    intro: str = ""
    notes: str = ""
    is_for_all: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class FieldValues:
    """What an admin states about a field. `key` and `kind` count for a new one alone; an empty key is made of the label."""

    label: str
    kind: str
    key: str = ""
    hint: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    list_id: int | None = None
    requester: str = "open"
    agent: str = "open"
    is_needed_to_close: bool = False
    shown_if: Mapping[str, Any] | None = None


def save_form(actor: Actor, values: FormValues, form_id: int | None = None) -> int:
    """Store a new form, or change one; its id. What a form is about stays as it is.

    Raises:
        FormProblem: there are too many. LookupError: there is no form with that id.
    """

    def work(session: Session) -> int:
        given = asdict(values)
        if form_id is None:
            if (session.scalar(select(func.count()).select_from(Form)) or 0) >= MOST_FORMS:
                raise FormProblem("title", _("A site has %(most)s forms at most.", most=MOST_FORMS))
            last = session.scalar(select(func.max(Form.position)).where(Form.about == values.about)) or 0
            form = Form(position=last + 1)
        else:
            form = held(session, Form, form_id)
            given["about"] = form.about
        changes = apply(form, given)
        session.add(form)
        session.flush()
        if form_id is None or changes:
            log.changed(session, actor, "form", form.title, changes, act="changed" if form_id else "created")
        return form.id

    return transact(work)


def remove_form(actor: Actor, form_id: int) -> None:
    """Delete a form with its fields, as long as nothing was filled in.

    Raises:
        FormProblem: something was. LookupError: there is no such form.
    """

    def work(session: Session) -> None:
        form = held(session, Form, form_id)
        fields = select(Field.id).where(Field.form_id == form_id)
        if session.scalar(select(Value.id).where(Value.field_id.in_(fields)).limit(1)) is not None:
            raise FormProblem("title", _("It has been filled in, so it cannot be deleted. Switch it off instead."))
        log.changed(session, actor, "form", form.title, {}, act="deleted")
        session.execute(delete(Field).where(Field.form_id == form_id))
        session.delete(form)

    transact(work)


def save_field(actor: Actor, form_id: int, values: FieldValues, field_id: int | None = None) -> int:
    """Store a new field at the end of its form, or change one; its id. A field's key and kind never change.

    Raises:
        FormProblem: its key is taken or none, or there are too many. LookupError: there is no such form or field.
    """

    def work(session: Session) -> int:
        form = held(session, Form, form_id)
        given = {**asdict(values), "options": dict(values.options)}
        if field_id is None:
            row = Field(form_id=form_id, about=form.about, position=_last(session, form_id) + 1)
            given["key"] = _new_key(session, form.about, values)
        else:
            row = held(session, Field, field_id)
            given["key"], given["kind"] = row.key, row.kind
        changes = apply(row, given)
        session.add(row)
        session.flush()
        if field_id is None or changes:
            log.changed(session, actor, "field", row.label, changes, act="changed" if field_id else "created")
        return row.id

    return transact(work, race=True)


def _last(session: Session, form_id: int) -> int:
    """The place of the last field.

    Raises:
        FormProblem: there is no room for another one.
    """
    row = session.execute(select(func.count(), func.max(Field.position)).where(Field.form_id == form_id)).one()
    if row[0] >= MOST_FIELDS:
        raise FormProblem("label", _("A form has %(most)s fields at most.", most=MOST_FIELDS))
    return row[1] or 0


def _new_key(session: Session, about: str, values: FieldValues) -> str:
    """The key as stated, or one made of the label."""
    taken = {key.lower() for key in session.scalars(select(Field.key).where(Field.about == about))} | RESERVED
    if values.key:
        if not _KEY.fullmatch(values.key):
            raise FormProblem("key", _("Use a letter, then letters, digits, _ and -, 32 characters at most."))
        if values.key.lower() in taken:
            raise FormProblem("key", _("This name is taken. Choose another one."))
        return values.key
    plain = re.sub(r"[^a-z0-9]+", "_", values.label.lower().encode("ascii", "ignore").decode()).strip("_")
    base = (plain if plain[:1].isalpha() else f"field_{plain}")[:28].rstrip("_") or "field"
    return next(key for key in (base, *(f"{base}_{number}" for number in range(2, 2000))) if key not in taken)


def set_archived(actor: Actor, field_id: int, is_archived: bool) -> None:
    """Ask for a field no more, or again. What was filled in stays either way.

    Raises:
        LookupError: there is no such field.
    """

    def work(session: Session) -> None:
        row = held(session, Field, field_id)
        if (row.archived_at is not None) is not is_archived:
            row.archived_at = clock.now() if is_archived else None
            act = "archived" if is_archived else "restored"
            log.changed(
                session, actor, "field", row.label, {}, act=act, words=f"{actor.name} {act} the field {row.label}"
            )

    transact(work)


def remove_field(actor: Actor, field_id: int) -> None:
    """Delete a field in which nothing was filled in.

    Raises:
        FormProblem: something was. LookupError: there is no such field.
    """

    def work(session: Session) -> None:
        row = held(session, Field, field_id)
        if session.scalar(select(Value.id).where(Value.field_id == field_id).limit(1)) is not None:
            raise FormProblem("label", _("It has been filled in, so it cannot be deleted. Archive it instead."))
        log.changed(session, actor, "field", row.label, {}, act="deleted")
        session.delete(row)

    transact(work)


def move_field(actor: Actor, field_id: int, step: int) -> None:
    """Put a field one place up (-1) or down (1).

    Raises:
        LookupError: there is no such field.
    """

    def work(session: Session) -> None:
        row = held(session, Field, field_id)
        beside = select(Field).where(Field.form_id == row.form_id).order_by(Field.position, Field.id)
        order = list(session.scalars(beside))
        place = order.index(row)
        target = min(max(place + step, 0), len(order) - 1)
        order.insert(target, order.pop(place))
        for position, one in enumerate(order, 1):
            one.position = position
        if target != place:
            log.changed(session, actor, "field", row.label, {"position": (place + 1, target + 1)})

    transact(work)


def set_topic(actor: Actor, ref: str, label: str, form_ids: Sequence[int], switched_off: Sequence[int]) -> None:
    """Say which forms go with a topic, in their order, and which fields it leaves out. What is not there is passed over."""

    def work(session: Session) -> None:
        forms = set(session.scalars(select(Form.id).where(Form.id.in_(form_ids), Form.about == "ticket")))
        fields = set(session.scalars(select(Field.id).where(Field.id.in_(switched_off))))
        wanted = [one for one in dict.fromkeys(form_ids) if one in forms]
        known = list(session.scalars(
            select(TopicForm.form_id).where(TopicForm.topic_ref == ref).order_by(TopicForm.position, TopicForm.form_id)
        ))  # fmt: skip
        off = set(session.scalars(select(SwitchedOff.field_id).where(SwitchedOff.topic_ref == ref)))
        if (known, off) == (wanted, fields):
            return
        session.execute(delete(TopicForm).where(TopicForm.topic_ref == ref))
        session.execute(delete(SwitchedOff).where(SwitchedOff.topic_ref == ref))
        session.add_all(TopicForm(topic_ref=ref, form_id=one, position=place) for place, one in enumerate(wanted))
        session.add_all(SwitchedOff(topic_ref=ref, field_id=one) for one in fields)
        changes = {"forms": (known, wanted), "fields left out": (off, fields)}
        log.changed(
            session, actor, "topic", label, {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        )

    transact(work)


def has_values(field_id: int) -> bool:
    """True if a field has been filled in somewhere."""
    return reading().scalar(select(Value.id).where(Value.field_id == field_id).limit(1)) is not None


def held(session: Session, model: Any, row_id: int) -> Any:
    """A row, for changing it."""
    row = session.get(model, row_id, with_for_update=True)
    if row is None:
        raise LookupError(f"there is no {model.__tablename__} {row_id}")
    return row


def apply(row: Any, given: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set what differs; what did."""
    changes = {name: (getattr(row, name), value) for name, value in given.items() if getattr(row, name) != value}
    for name, value in given.items():
        setattr(row, name, value)
    return changes
