"""What would become of a mail at this site: everybody is asked, nothing is stored, nobody is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from hookdesk.api import (
    Department,
    IntakeRecord,
    MessageKind,
    Ticket,
    TicketDraft,
    attachments,
    clock,
    decisions,
    intake,
    reading,
)
from hookdesk_email_in.looking import Look, look
from hookdesk_email_in.mime import MAX_BYTES
from hookdesk_email_in.services import CHANNEL, meta_of


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`outcome` is ticket, reply, rejected or quarantined, `reason` why. `steps` is the trace as it would be stored.

    `words` would stand in the thread, `folded` below them; `number` and `department` say where.
    """

    look: Look
    outcome: str
    reason: str
    steps: Sequence[Mapping[str, Any]] = field(default_factory=list)
    words: str = ""
    folded: str = ""
    html: str = ""
    number: str = ""
    department: str = ""
    sender: str = ""
    is_known: bool = False
    is_note: bool = False


def rehearse(raw: bytes, meta: Mapping[str, Any] | None = None) -> Rehearsal:
    """Read a mail and ask everybody about it.

    Raises:
        RuntimeError: it cannot be decided at the moment, since a plugin is away.
    """
    known = dict(meta) if meta is not None else meta_of(raw[:MAX_BYTES])
    plan = intake.rehearse(CHANNEL, raw[:MAX_BYTES], known | ({"truncated": True} if len(raw) > MAX_BYTES else {}))
    outcome = plan.outcome or ("reply" if plan.match else "ticket")
    entry, sender, seen = plan.entry, plan.sender, look(raw[:MAX_BYTES])
    return Rehearsal(
        seen,
        str(outcome),
        plan.reason or (plan.match.reason if plan.match else ""),
        [{"created_at": clock.now(), **row} for row in decisions.rows(plan.steps)],
        words=entry.text if entry else (seen.message.reply if seen.message else ""),
        folded=entry.quoted if entry else "",
        html=entry.html if entry else "",
        number=_number(plan.match.ticket_id) if plan.match and not plan.outcome else "",
        department=_department(plan.draft) if plan.draft and not plan.outcome else "",
        sender=sender.address if sender else "",
        is_known=sender is not None and sender.user_id is not None,
        is_note=plan.message is not None and plan.message.kind is not MessageKind.MESSAGE,
    )


def stored(record_id: int) -> tuple[bytes, Mapping[str, Any]] | None:
    """The raw mail of a record and what is known of it besides; None if there is none, or it is no mail.

    Raises:
        NoStorage, FileNotFoundError: its bytes cannot be read.
    """
    record = reading().scalars(select(IntakeRecord).where(IntakeRecord.id == record_id)).first()
    if record is None or record.channel != CHANNEL:
        return None
    raw = record.raw if record.raw is not None else b"".join(attachments.read(record.raw_sha256, record.storage))
    return raw, record.meta


def lines(seen: Rehearsal) -> Iterator[str]:
    """What would become of it, for people at a terminal."""
    where = f" on {seen.number}" if seen.number else f" in {seen.department}" if seen.department else ""
    yield f"{'here':<14} {seen.outcome}{where}{f': {seen.reason}' if seen.reason else ''}"
    for step in seen.steps:
        if step["hook"]:
            told = f"{step['outcome']}{': ' + step['reason'] if step['reason'] else ''}"
            yield f"{'':<14} {step['hook']}, {step['plugin']}: {told}"


def _number(ticket_id: int) -> str:
    return str(reading().scalar(select(Ticket.number).where(Ticket.id == ticket_id)) or "")


def _department(draft: TicketDraft) -> str:
    """Where the ticket would be; without a decision where every new one is."""
    asked = select(Department.name).where(Department.id == draft.department_id)
    return str(reading().scalar(asked) or "") if draft.department_id else ""
