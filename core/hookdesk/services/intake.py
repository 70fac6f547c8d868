"""Intake: the durable record first, then one walk from parsing to a settled outcome.

`received = tickets + replies + rejected + quarantined + pending` holds at all times, for a record is made once and settled once, in the
same transaction as what it became.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.db.retry import retrying
from hookdesk.faults import crash_point
from hookdesk.models import IntakeRecord
from hookdesk.services import attachments, intake_decide, intake_format, intake_settle, log, threads
from hookdesk.services.transaction import transact
from hookdesk.text import storable
from hookdesk.types.actors import Actor
from hookdesk.types.intake import InboundMessage, Outcome

logger = logging.getLogger("hookdesk.intake")
INLINE_BYTES = 256 * 1024
MOST_ATTEMPTS = 12
BATCH = 50
AT_ONCE, AT_ONCE_BYTES = 10, 1_000_000
"""Records that are settled in one transaction: while it lasts, whoever else writes waits."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw item that has come in. What came under the same `dedupe` before is not stored again; `files` are the hashes of stored bytes
    that the item refers to."""

    raw: bytes
    meta: Mapping[str, Any] = field(default_factory=dict)
    dedupe: str = ""
    files: Sequence[str] = ()


def receive(
    channel: str,
    raw: bytes,
    meta: Mapping[str, Any] | None = None,
    dedupe: str = "",
    wait: int = 0,
    files: Sequence[str] = (),
) -> int | None:
    """Store a raw item durably before anybody interprets it; its id, or None if `dedupe` was received before.

    `wait` keeps the sweeper away for that many seconds, for callers that process the record themselves. `files` are the hashes of stored
    bytes that the item refers to. `meta` with a true "quiet" is for what is filed later: nobody is told of it.
    """
    (record,) = receive_all(channel, [Arrival(raw, meta or {}, dedupe, files)], wait)
    return None if record is None else record.id


def receive_all(channel: str, arrivals: Sequence[Arrival], wait: int = 0) -> list[IntakeRecord | None]:
    """The same for many at once, which costs one commit: all of them are stored, or none; their records, detached, for `process_all`."""
    channel, places = channel[:40], [_placed(arrival.raw) for arrival in arrivals]

    def work(session: Session) -> list[IntakeRecord | None]:
        known, found = _known(session, channel, arrivals), list[IntakeRecord | None]()
        for arrival, (content, digest, storage) in zip(arrivals, places, strict=True):
            dedupe = _name_of(arrival)
            is_new = dedupe is None or dedupe not in known
            found.append(_record(channel, arrival, dedupe, content, digest, storage, wait) if is_new else None)
            known.add(dedupe)
        session.add_all(filter(None, found))
        session.flush()
        for arrival, (_raw, digest, _storage), record in zip(arrivals, places, found, strict=True):
            if record is not None and (digest or arrival.files):
                hashes = [*arrival.files, digest] if digest else arrival.files
                attachments.claim(session, intake_format.owner(record.id), hashes)
        return found

    records = transact(work, race=True)
    for _record_stored in filter(None, records):
        crash_point("intake-after-store")
    return records


def _name_of(arrival: Arrival) -> str | None:
    """What an arrival is known by, as the column holds it."""
    return threads.stored_message_id(storable(arrival.dedupe))


def _known(session: Session, channel: str, arrivals: Sequence[Arrival]) -> set[str | None]:
    """Which of the names came in before."""
    names = [name for name in map(_name_of, arrivals) if name]
    if not names:
        return set()
    asked = select(IntakeRecord.dedupe).where(IntakeRecord.channel == channel, IntakeRecord.dedupe.in_(names))
    return set(session.scalars(asked))


def _record(
    channel: str, arrival: Arrival, dedupe: str | None, content: bytes | None, digest: str, storage: str, wait: int
) -> IntakeRecord:
    """The row of an arrival whose bytes lie there."""
    now = clock.now()
    return IntakeRecord(
        channel=channel, dedupe=dedupe, raw=content, raw_sha256=digest, raw_size=len(arrival.raw), storage=storage,
        meta=dict(arrival.meta), received_at=now, due_at=now + timedelta(seconds=wait),
    )  # fmt: skip


def _placed(raw: bytes) -> tuple[bytes | None, str, str]:
    """Where raw bytes go: small ones into the row, large ones into a storage backend if there is one."""
    if len(raw) <= INLINE_BYTES:
        return raw, "", ""
    try:
        digest, storage = attachments.put(raw)
    except attachments.NoStorage:
        return raw, "", ""
    return None, digest, storage


def received(channel: str, dedupe: str) -> int | None:
    """The record that came in under that name; None if there is none."""
    found = reading().scalar(
        select(IntakeRecord.id).where(IntakeRecord.channel == channel, IntakeRecord.dedupe == dedupe)
    )
    return int(found) if found is not None else None


def submit(
    message: InboundMessage,
    actor: Actor,
    meta: Mapping[str, Any] | None = None,
    dedupe: str = "",
    files: Sequence[str] = (),
) -> intake_settle.Settled:
    """Take in a message that a form or an API has read already: stored as a record, then processed at once.

    Once it is stored nothing is lost: what cannot be processed at the moment is still "pending", and the sweeper goes on with it.
    What comes again under the same `dedupe` is not stored again; the answer is how the first one ended. `files` are the hashes of stored
    bytes that its fields refer to.

    Raises:
        NoStorage, OSError: its files cannot be kept; nothing was stored.
    """
    raw, own_files = intake_format.dump(message)
    who = {"name": actor.name, "user_id": actor.user_id, "agent_id": actor.agent_id}
    told = {**(meta or {}), "format": intake_format.FORMAT, "actor": who}
    arrival = Arrival(raw, told, dedupe, [*own_files, *files])
    (record,) = receive_all(message.channel, [arrival], wait=120)
    if record is None:  # what was not stored was there before
        record = load(received(message.channel, dedupe) or 0)
    try:
        return _process(record, is_counted=False)
    except Exception:  # it has been postponed with its error; whoever sent it must not send it again
        logger.exception("intake record %s could not be processed yet", record.id)
        return intake_settle.Settled(
            Outcome.PENDING, _("It is stored and will be looked at in a moment; do not send it again.")
        )


def process(intake_id: int) -> intake_settle.Settled:
    """Bring one pending record to its end. A record that is settled already stays as it is.

    What fails for reasons of the moment (database, storage) stays pending and is tried again with back-off, at most 12 times; after that
    it is quarantined, so that it is seen.
    """
    return _process(load(intake_id), is_counted=False)


def process_all(records: Iterable[IntakeRecord], is_counted: bool = False) -> int:
    """Bring records to their ends, a few at a time in one transaction; how many came there. What one does holds up no other."""
    done = 0
    for several in _handfuls(records):
        try:
            done += len(_settle(several, may_fail=False))
        except Exception:  # one of them is to blame
            done += sum(_is_processed(record, is_counted) for record, _plan in several)
    return done


def _handfuls(records: Iterable[IntakeRecord]) -> Iterator[list[intake_decide.Begun]]:
    """As many at a time as are decided on at once: few bytes, and none whose sender or thread is that of another one of them."""
    several, size, names = list[intake_decide.Begun](), 0, set[str]()
    for record in records:
        try:
            plan = _begin(record)
        except Exception as error:  # it is tried once more, on its own
            plan = intake_decide.Plan([], error=error)
        own = plan.message.names() if plan.message is not None else set()
        if several and (len(several) == AT_ONCE or size + record.raw_size > AT_ONCE_BYTES or names & own):
            yield several
            several, size, names = [], 0, set()
        several.append((record, plan))
        size, names = size + record.raw_size, names | own
    if several:
        yield several


def _is_processed(record: IntakeRecord, is_counted: bool) -> bool:
    """Process a record; False if it must wait. One bad record must not hold up the rest."""
    try:
        _process(record, is_counted)
    except Exception as error:  # it has been postponed
        log.logger.warning("intake record %s must wait: %s", record.id, error)
        return False
    return True


def _process(record: IntakeRecord, is_counted: bool) -> intake_settle.Settled:
    """Process a record, for a caller that has counted the attempt itself or not."""
    if record.outcome != Outcome.PENDING:
        return intake_settle.Settled(Outcome(record.outcome), record.reason, record.ticket_id, record.entry_id)
    try:
        return _settle([(record, _begin(record))])[0]
    except Exception as error:
        postpone(record.id, error, is_counted)
        raise


def _begin(record: IntakeRecord, is_rehearsal: bool = False) -> intake_decide.Plan:
    """The plan of a record, begun."""
    return retrying(lambda: intake_decide.begin(record, is_rehearsal))


def _settle(begun: Sequence[intake_decide.Begun], may_fail: bool = True) -> list[intake_settle.Settled]:
    """Decide on records, then store that in one transaction; of plugins' rows see `threads.store_rows`."""
    plans = retrying(lambda: intake_decide.decide(begun))
    by_id = {record.id: plan for (record, _begun), plan in zip(begun, plans, strict=True)}
    return transact(lambda session: intake_settle.settle(session, by_id, may_fail), race=True)


def rehearse(channel: str, raw: bytes, meta: Mapping[str, Any] | None = None) -> intake_decide.Plan:
    """What would become of a raw item if it came in now. Everybody is asked; nothing is stored, and nobody is told.

    Raises:
        NotNow: whoever reads that channel is away.
    """
    record = IntakeRecord(
        id=0, channel=channel, raw=raw, raw_sha256="", storage="", meta=dict(meta or {}), received_at=clock.now()
    )
    begun = [(record, _begin(record, is_rehearsal=True))]
    return retrying(lambda: intake_decide.decide(begun))[0]


def load(intake_id: int) -> IntakeRecord:
    """A record with its raw bytes, detached.

    Raises:
        LookupError: there is none.
    """
    record = reading().scalars(select(IntakeRecord).where(IntakeRecord.id == intake_id)).first()
    if record is None:
        raise LookupError(f"there is no intake record {intake_id}")
    found: IntakeRecord = record
    return found


def postpone(intake_id: int, error: BaseException, is_counted: bool = False) -> None:
    """Count a failed attempt, unless that was done before it began; try again later, or quarantine after the last one."""

    def work(session: Session) -> None:
        record = session.get(IntakeRecord, intake_id, with_for_update=True)
        if record is None or record.outcome != Outcome.PENDING:
            return
        record.attempts += 0 if is_counted else 1
        record.reason = f"{type(error).__name__}: {error}"[:1000]
        record.due_at = clock.now() + timedelta(seconds=min(5 * 2**record.attempts, 3600))
        if record.attempts >= MOST_ATTEMPTS:
            intake_settle.end(
                session, record, Outcome.QUARANTINED, f"gave up after {record.attempts} attempts: {record.reason}"
            )

    release()
    transact(work)


def is_pending() -> bool:
    """True while a record is due."""
    return reading().first(_due().limit(1)) is not None


def _due() -> Select[int, int]:
    """Id and attempts of what is due, oldest first."""
    asked = select(IntakeRecord.id, IntakeRecord.attempts).where(IntakeRecord.outcome == Outcome.PENDING)
    return asked.where(clock.has_come(IntakeRecord.due_at)).order_by(IntakeRecord.id)


def process_due() -> int:
    """Process records that are due, oldest first: the sweeper's batch. How many were brought to an end.

    Those that were begun before come after the others, each alone: one of them may have ended its process.
    """
    due, done = reading().all(_due().limit(BATCH)), 0
    for several in ([row.id for row in due if not row.attempts], *([row.id] for row in due if row.attempts)):
        release()
        if several:
            done += process_all(_claim(several), is_counted=True)
    return done


def _claim(intake_ids: Sequence[int]) -> list[IntakeRecord]:
    """Put records off before they are looked at: one that ends its process must neither come first again at once nor try it for ever.

    Those that are not settled meanwhile, nor were begun too often; what was is quarantined.
    """

    def work(session: Session) -> list[IntakeRecord]:
        pending = (IntakeRecord.id.in_(intake_ids), IntakeRecord.outcome == Outcome.PENDING)
        asked = select(IntakeRecord).where(*pending).order_by(IntakeRecord.id).with_for_update()
        claimed = []
        for record in session.scalars(asked):
            if record.attempts >= MOST_ATTEMPTS:
                reason = record.reason or "each process that looked at it came to no end"
                ended = f"gave up after {MOST_ATTEMPTS} attempts: {reason}"
                intake_settle.end(session, record, Outcome.QUARANTINED, ended)
                continue
            record.attempts += 1
            record.due_at = clock.now() + timedelta(seconds=min(60 * 2**record.attempts, 3600))
            claimed.append(record)
        return claimed

    return transact(work)


def replay(intake_id: int) -> intake_settle.Settled:
    """Process a quarantined or rejected record again, against today's plugins and rules.

    Raises:
        LookupError: there is no such record, or it is a ticket or reply already.
    """

    def work(session: Session) -> None:
        ended = (IntakeRecord.id == intake_id, IntakeRecord.outcome.in_((Outcome.QUARANTINED, Outcome.REJECTED)))
        anew = {"outcome": Outcome.PENDING, "reason": "", "attempts": 0, "settled_at": None}
        anew["due_at"] = clock.now() + timedelta(seconds=120)
        changed = session.execute(update(IntakeRecord).where(*ended).values(anew))
        if not changed.rowcount:  # type: ignore[attr-defined]  # an UPDATE has one
            raise LookupError("Only a quarantined or rejected record can be replayed.")

    transact(work)
    return process(intake_id)


def ledger() -> dict[str, int]:
    """How many records ended how, and "received" in all."""
    rows = reading().all(select(IntakeRecord.outcome, func.count()).group_by(IntakeRecord.outcome))
    counted = dict.fromkeys(map(str, Outcome), 0) | {row[0]: row[1] for row in rows}
    return {"received": sum(counted.values()), **counted}
