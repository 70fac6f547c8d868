"""Indexing everything anew while people go on searching: for texts that were indexed by an older version, or by another one's mistake."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Ticket, clock, reading, release, transact, wake
from hookdesk_search import services
from hookdesk_search.models import Document, Rebuild

JOB = "search.rebuild"


def begin() -> int:
    """Begin anew with the newest ticket; the id of the rebuild. One that is under way ends."""
    release()
    row = reading().first(select(func.count(), func.coalesce(func.max(Ticket.id), 0)).select_from(Ticket))
    total, newest = (row[0], row[1]) if row is not None else (0, 0)

    def work(session: Session) -> int:
        session.execute(delete(Rebuild))
        made = Rebuild(cursor=newest + 1, total=total, is_over=total == 0, began_at=clock.now())
        session.add(made)
        session.flush()
        return made.id

    rebuild_id = transact(work)
    wake(JOB)
    return rebuild_id


def latest() -> Rebuild | None:
    """The rebuild that is under way, or the last one, detached."""
    release()
    found: Rebuild | None = reading().scalars(select(Rebuild).order_by(Rebuild.id.desc()).limit(1)).first()
    return found


def step(batch: int = services.BATCH) -> int:
    """The job: the next tickets of the rebuild that is under way; how many."""
    now = latest()
    if now is None or now.is_over:
        return 0
    older = select(Ticket.id, Ticket.entry_count).where(Ticket.id < now.cursor).order_by(Ticket.id.desc())
    rows = reading().all(older.limit(batch))
    services.in_slices([(row.id, row.entry_count) for row in rows])
    transact(lambda session: _note(session, now.id, [row.id for row in rows]))
    return len(rows) or 1


def _note(session: Session, rebuild_id: int, done: list[int]) -> None:
    """Note how far it is; at the end, forget documents whose ticket is gone."""
    here = update(Rebuild).where(Rebuild.id == rebuild_id)
    if done:
        session.execute(here.values(cursor=done[-1], done=Rebuild.done + len(done)))
        return
    session.execute(delete(Document).where(~select(Ticket.id).where(Ticket.id == Document.ticket_id).exists()))
    session.execute(here.values(is_over=True))


def documents() -> int:
    """How many tickets can be found."""
    return reading().scalar(select(func.count()).select_from(Document)) or 0
