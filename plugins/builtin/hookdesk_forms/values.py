"""What was filled in about a ticket, a user or an organization: read and written, each value in the column of its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hookdesk.api import Actor, attachments, reading
from hookdesk_forms import catalogue
from hookdesk_forms.kinds import FieldKind, Spec, all_kinds
from hookdesk_forms.models import Field, Value

TABLE = "p_forms__value"
OWNERS: Mapping[str, InstrumentedAttribute[int | None]] = {
    "ticket": Value.ticket_id,
    "user": Value.user_id,
    "organization": Value.organization_id,
}
_STORED = (Value.text, Value.body, Value.number, Value.moment, Value.flag, Value.data)


@dataclass(frozen=True, slots=True)
class Answer:
    """A field and what was filled in, for people."""

    spec: Spec
    kind: FieldKind
    values: tuple[Any, ...]

    def is_seen_by(self, actor: Actor) -> bool:
        """True if this person may know of it."""
        if actor.is_agent or actor.is_system:
            return self.spec.agent != "hidden"
        return self.spec.requester != "hidden" and not self.kind.is_internal

    @property
    def words(self) -> str:
        """As one text."""
        return self.kind.words(self.spec, self.values)

    @property
    def html(self) -> Markup:
        """As pages show it."""
        return self.kind.html(self.spec, self.values)


def read(about: str, owner_id: int) -> dict[int, tuple[Any, ...]]:
    """Field id → values, of all fields that have some."""
    asked = select(Value.field_id, Field.kind, Value.id, *_STORED).join(Field, Field.id == Value.field_id)
    kinds, found = all_kinds(), defaultdict[int, list[Any]](list)
    for row in reading().all(asked.where(OWNERS[about] == owner_id).order_by(Value.field_id, Value.place)):
        found[row.field_id].append(_value(row, kinds.get(row.kind)))
    return {field_id: tuple(values) for field_id, values in found.items()}


def _value(row: Any, kind: FieldKind | None) -> Any:
    """The value of a row; of a kind that is not there any more whatever was stored."""
    if kind is None or not kind.column:
        return next((value for value in row[3:] if value is not None), None)
    return {**row.data, "id": row.id} if kind.column == "data" else getattr(row, kind.column)


def answers(about: str, owner_id: int) -> list[Answer]:
    """What was filled in, by the fields' order, also in those that are archived or that another topic asks for."""
    stored = read(about, owner_id)
    if not stored:
        return []
    kinds = all_kinds()
    specs = (spec for spec in catalogue.fields_of(about).values() if spec.id in stored)
    return [Answer(spec, kinds[spec.kind], stored[spec.id]) for spec in specs if spec.kind in kinds]


def rows(spec: Spec, kind: FieldKind, given: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of a field's values, but for their owner."""
    return [{"field_id": spec.id, "place": place, **columns(kind, value)} for place, value in enumerate(given)]


def columns(kind: FieldKind, value: Any) -> dict[str, Any]:
    """The columns of one value: its own, and of a file also its name, by which it is found."""
    if kind.column != "data":
        return {kind.column: value}
    return {"data": kind.plain(value), "text": value["filename"][:500]}


def write(session: Session, about: str, owner_id: int, spec: Spec, kind: FieldKind, given: Sequence[Any]) -> None:
    """Replace the values of one field."""
    owner = OWNERS[about]
    session.execute(delete(Value).where(owner == owner_id, Value.field_id == spec.id))
    for row in rows(spec, kind, given):
        session.execute(insert(Value).values({owner.key: owner_id, **row}))
    if kind.column == "data":
        claim_files(session, about, owner_id)


def owner_name(about: str, owner_id: int) -> str:
    """The name under which the files of something are claimed."""
    return f"forms:{about}:{owner_id}"


def claim_files(session: Session, about: str, owner_id: int) -> None:
    """Keep the files of what is filled in now, and no others."""
    notes = session.scalars(select(Value.data).where(OWNERS[about] == owner_id, Value.data.is_not(None)))
    hashes = [note["sha256"] for note in notes if note]
    attachments.disclaim(session, owner_name(about, owner_id))
    attachments.claim(session, owner_name(about, owner_id), hashes)
