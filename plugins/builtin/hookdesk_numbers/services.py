"""Formats and sequences are written here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, counters, log, transact
from hookdesk_numbers import formats
from hookdesk_numbers.models import NumberPattern, Sequence

LARGEST = 10**15


class NumberProblem(ValueError):
    """A format or sequence cannot be stored as asked. `field` is the form's field that is to blame."""

    def __init__(self, field: str, message: str) -> None:
        """Say where and why."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class FormatData:
    """What an admin states about a format."""

    name: str
    pattern: str
    sequence_id: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SequenceData:
    """What an admin states about a sequence. `following` is the number that is to come next; None leaves it as it is."""

    name: str
    step: int = 1
    padding: str = "0"
    restarts: str = "never"
    following: int | None = None


def save_format(actor: Actor, data: FormatData, format_id: int | None = None) -> int:
    """Store a new format, or change one; its id.

    Raises:
        NumberProblem: the name is taken, the sequence is gone, or the pattern makes no numbers that stay unique.
        LookupError: there is no format with that id.
    """

    def work(session: Session) -> int:
        sequence = session.get(Sequence, data.sequence_id) if data.sequence_id is not None else None
        if data.sequence_id is not None and sequence is None:
            raise NumberProblem("sequence_id", _("That sequence is gone. Choose another one."))
        if problem := formats.problem(data.pattern, counting(sequence) if sequence else None):
            raise NumberProblem("pattern", problem)
        row = _store(session, actor, NumberPattern, format_id, asdict(data))
        if data.is_default:
            session.execute(update(NumberPattern).where(NumberPattern.id != row.id).values(is_default=False))
        return int(row.id)

    return transact(work, race=True)


def save_sequence(actor: Actor, data: SequenceData, sequence_id: int | None = None) -> int:
    """Store a new sequence, or change one; its id.

    Raises:
        NumberProblem: the name is taken, the next number is given already, or a format does not say when the sequence begins anew.
        LookupError: there is no sequence with that id.
    """

    def work(session: Session) -> int:
        values = asdict(data)
        del values["following"]
        row = _store(session, actor, Sequence, sequence_id, values, key=token_hex(8))
        now = counting(row)
        for pattern in session.scalars(select(NumberPattern).where(NumberPattern.sequence_id == row.id)):
            if problem := formats.problem(pattern.pattern, now):
                raise NumberProblem("restarts", f"{pattern.name}: {problem}")
        if data.following is not None:
            _set_following(session, actor, row, now, data.following)
        return int(row.id)

    return transact(work, race=True)


def _set_following(session: Session, actor: Actor, row: Sequence, now: formats.Counting, following: int) -> None:
    """Let a sequence go on with that number. Going back would give numbers twice."""
    before = now.following
    if following == before:
        return
    if not counters.advance(session, now.counter, following - now.step):
        raise NumberProblem(
            "following",
            _("Numbers up to %(last)s are given already. The next one has to be %(least)s or more.",
              last=now.last, least=before),
        )  # fmt: skip
    log.changed(session, actor, "number sequence", row.name, {"next number": (before, following)})


def _store(session: Session, actor: Actor, model: Any, row_id: int | None, values: dict[str, Any], **new: Any) -> Any:
    """Create (None) or change a row."""
    row = model(**new) if row_id is None else session.get(model, row_id, with_for_update=True)
    if row is None:
        raise LookupError(f"there is no {model.__tablename__} {row_id}")
    taken = select(model.id).where(func.lower(model.name) == values["name"].lower(), model.id != (row_id or 0))
    if session.scalar(taken.limit(1)) is not None:
        raise NumberProblem("name", _("That name is taken."))
    changes = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    if row_id is None or changes:
        log.changed(session, actor, _KINDS[model], row.name, changes, act="changed" if row_id else "created")
    session.flush()
    return row


def counting(row: Sequence) -> formats.Counting:
    """A sequence as formats take it."""
    return formats.Counting(row.key, row.step, row.padding, row.restarts)


def remove_format(actor: Actor, format_id: int) -> None:
    """Delete a format. Tickets keep their numbers."""

    def work(session: Session) -> None:
        row = session.get(NumberPattern, format_id)
        if row is not None:
            session.delete(row)
            log.changed(session, actor, "number format", row.name, {}, act="deleted", level="warning")

    transact(work)


def remove_sequence(actor: Actor, sequence_id: int) -> None:
    """Delete a sequence that no format uses.

    Raises:
        NumberProblem: one does.
    """

    def work(session: Session) -> None:
        row = session.get(Sequence, sequence_id, with_for_update=True)
        if row is None:
            return
        users = list(session.scalars(select(NumberPattern.name).where(NumberPattern.sequence_id == sequence_id)))
        if users:
            raise NumberProblem("", _("%(name)s counts for %(formats)s, so it stays.",
                                      name=row.name, formats=", ".join(users)))  # fmt: skip
        session.execute(delete(Sequence).where(Sequence.id == sequence_id))
        log.changed(session, actor, "number sequence", row.name, {}, act="deleted", level="warning")

    transact(work)


_KINDS: dict[Any, str] = {NumberPattern: "number format", Sequence: "number sequence"}
