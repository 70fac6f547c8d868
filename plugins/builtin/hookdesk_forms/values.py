"""What was filled in about a ticket, a user, an organization or a task: read and written, each value in the column of its kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, delete, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hookdesk.api import Actor, attachments, reading
from hookdesk_forms import catalogue
from hookdesk_forms.kinds import FieldKind, Spec, all_kinds
from hookdesk_forms.models import Value

TABLE = "p_forms__value"
OWNERS: Mapping[str, InstrumentedAttribute[int | None]] = {
    "ticket": Value.ticket_id,
    "user": Value.user_id,
    "organization": Value.organization_id,
    "task": Value.task_id,
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
    return read_all({about: owner_id})[about]


def read_all(owners: Mapping[str, int | None]) -> dict[str, dict[int, tuple[Any, ...]]]:
    """The same of several at once, e.g. a ticket and its requester: {"ticket": 7, "user": 3} → about → field id → values."""
    found: dict[str, dict[int, tuple[Any, ...]]] = {about: {} for about in owners}
    if not catalogue.whole().fields:
        return found
    meant = [OWNERS[about] == owner_id for about, owner_id in owners.items() if owner_id is not None]
    if not meant:
        return found
    for spec, _row, value in _stored(or_(*meant)):
        if spec.about in found:
            _add(found[spec.about], spec, value)
    return found


def read_of_tickets(ticket_ids: Sequence[int]) -> dict[int, dict[int, tuple[Any, ...]]]:
    """Ticket → field id → values, of those tickets that have some."""
    found: dict[int, dict[int, tuple[Any, ...]]] = {}
    if catalogue.whole().fields:
        for spec, row, value in _stored(Value.ticket_id.in_(ticket_ids)):
            _add(found.setdefault(row.ticket_id, {}), spec, value)
    return found


def _stored(meant: ColumnElement[bool]) -> Iterator[tuple[Spec, Row[Any], Any]]:
    """Rows of known fields, in the order of their values: field, row, value."""
    known, kinds = catalogue.whole().fields, all_kinds()
    asked = select(Value.field_id, Value.id, *_STORED, Value.ticket_id).where(meant)
    for row in reading().all(asked.order_by(Value.field_id, Value.place)):
        spec = known.get(row.field_id)
        if spec is not None:
            yield spec, row, _value(row, kinds.get(spec.kind))


def _add(stored: dict[int, tuple[Any, ...]], spec: Spec, value: Any) -> None:
    """One more value of a field."""
    stored[spec.id] = (*stored.get(spec.id, ()), value)


def _value(row: Any, kind: FieldKind | None) -> Any:
    """The value of a row; of a kind that is not there any more whatever was stored."""
    if kind is None or not kind.column:
        return next((value for value in row[2:-1] if value is not None), None)
    return {**row.data, "id": row.id} if kind.column == "data" else getattr(row, kind.column)


def answers(about: str, owner_id: int) -> list[Answer]:
    """What was filled in, by the fields' order, also in those that are archived or that another topic asks for."""
    return answered(read(about, owner_id))


def answered(stored: Mapping[int, tuple[Any, ...]]) -> list[Answer]:
    """Values with their fields, in the fields' order."""
    kinds = all_kinds() if stored else {}
    specs = (spec for spec in catalogue.whole().fields.values() if spec.id in stored and spec.kind in kinds)
    return [Answer(spec, kinds[spec.kind], stored[spec.id]) for spec in specs]


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
