"""What the pages about intake, deliveries and the log read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, literal, select

from hookdesk.api import Decision, Delivery, IntakeRecord, SystemLog, Ticket, reading
from hookdesk_admin.paging import Slice, newest_first

MOST_CHANNELS = 40
MOST_STEPS = 200


def records(outcome: str, channel: str) -> Slice:
    """Intake records, newest first."""
    query = select(
        IntakeRecord.id, IntakeRecord.channel, IntakeRecord.outcome, IntakeRecord.reason, IntakeRecord.sender,
        IntakeRecord.subject, IntakeRecord.raw_size, IntakeRecord.received_at, Ticket.number,
    ).outerjoin(Ticket, Ticket.id == IntakeRecord.ticket_id)  # fmt: skip
    if outcome:
        query = query.where(IntakeRecord.outcome == outcome)
    if channel:
        query = query.where(IntakeRecord.channel == channel)
    return newest_first(query, IntakeRecord.id)


def record(intake_id: int) -> Row[Any] | None:
    """One record without its bytes, with the number of its ticket."""
    columns = [column for column in IntakeRecord.__table__.columns if column.name != "raw"]
    query = select(*columns, Ticket.number).outerjoin(Ticket, Ticket.id == IntakeRecord.ticket_id)
    return reading().first(query.where(IntakeRecord.id == intake_id))


def raw(intake_id: int) -> bytes | None:
    """The bytes of a record, if they stand in the database."""
    found: bytes | None = reading().scalar(select(IntakeRecord.raw).where(IntakeRecord.id == intake_id))
    return found


def decisions(intake_id: int) -> list[Row[Any]]:
    """What was decided about a record, in order."""
    names = ("hook", "plugin", "outcome", "reason", "changes", "compared", "microseconds")
    query = select(*(getattr(Decision, name) for name in names)).where(Decision.intake_id == intake_id)
    return reading().all(query.order_by(Decision.id).limit(MOST_STEPS))


def channels() -> list[str]:
    """The channels that records came through: hops from one to the next in the index, whatever the number of records."""
    first = select(func.min(IntakeRecord.channel).label("channel"), literal(1).label("step")).cte("hop", recursive=True)
    following = select(func.min(IntakeRecord.channel)).where(IntakeRecord.channel > first.c.channel).scalar_subquery()
    hops = first.union_all(
        select(following, first.c.step + 1).where(first.c.channel.is_not(None), first.c.step < MOST_CHANNELS)
    )
    return [name for name in reading().scalars(select(hops.c.channel)) if name]


def waiting() -> Slice:
    """Deliveries that will be tried again, newest first."""
    columns = (
        Delivery.id, Delivery.event, Delivery.plugin, Delivery.attempts, Delivery.error, Delivery.happened_at, Delivery.due_at,
    )  # fmt: skip
    return newest_first(select(*columns).where(Delivery.state == "waiting"), Delivery.id, 25)


def dead() -> Slice:
    """Deliveries that were given up, newest first."""
    columns = (
        Delivery.id,
        Delivery.event,
        Delivery.plugin,
        Delivery.attempts,
        Delivery.error,
        Delivery.happened_at,
        Delivery.data,
    )
    return newest_first(select(*columns).where(Delivery.state == "dead"), Delivery.id, 25)


def log_lines(level: str) -> Slice:
    """The system log, newest first; `level` "warning" shows errors too."""
    query = select(SystemLog.id, SystemLog.level, SystemLog.source, SystemLog.message, SystemLog.created_at)
    if level == "warning":
        query = query.where(SystemLog.level != "info")
    elif level:
        query = query.where(SystemLog.level == level)
    return newest_first(query, SystemLog.id)


def last_problems(limit: int = 6) -> list[Row[Any]]:
    """The newest lines of the log that are not mere information."""
    query = select(SystemLog.id, SystemLog.level, SystemLog.source, SystemLog.message, SystemLog.created_at)
    return reading().all(query.where(SystemLog.level != "info").order_by(SystemLog.id.desc()).limit(limit))
