"""Finding tickets that have no document: after the plugin was off, after words of a person were dropped, after events were lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Row, Select, delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Ticket, User, clock, reading, release, transact, wake
from hookdesk_search import services
from hookdesk_search.models import Document, Look

JOB = "search.index"
AGAIN = timedelta(hours=6)
"""What is whole stays so while events arrive: looking through all tickets now and then finds what was lost nevertheless."""
MOST_NAMED = 500
WINDOW, WINDOWS = 5_000, 20
"""So many ids are compared at once, and so many times in one run."""


def index(batch: int = services.BATCH) -> int:
    """The job: index the next tickets that have no document, newest first; how many, or 1 while there is more to look through."""
    release()
    look = reading().first(select(Look.cursor, Look.began_at))
    is_over = look is None or (look.cursor == 0 and look.began_at <= clock.now() - AGAIN)
    cursor: int = _begin() if is_over or look is None else look.cursor
    if cursor == 0:
        return 0
    rows: Sequence[Row[int, int]] = ()
    for _window in range(WINDOWS):
        floor = max(0, cursor - WINDOW)
        rows = reading().all(_lacking(floor, cursor).limit(batch))
        cursor = rows[-1].id if len(rows) == batch else floor
        if rows or cursor == 0:
            break
    services.in_slices([(row.id, row.entry_count) for row in rows])
    _note(cursor)
    return len(rows) or int(cursor > 0)


def _lacking(floor: int, cursor: int) -> Select[int, int]:
    """Tickets from `floor` up to before `cursor` that have no document."""
    asked = select(Ticket.id, Ticket.entry_count).outerjoin(Document, Document.ticket_id == Ticket.id)
    return asked.where(Ticket.id >= floor, Ticket.id < cursor, Document.ticket_id.is_(None)).order_by(Ticket.id.desc())


def _begin() -> int:
    """Begin above the newest ticket."""
    above: int = (reading().scalar(select(func.max(Ticket.id))) or 0) + 1
    release()

    def work(session: Session) -> None:
        session.execute(delete(Look))
        session.add(Look(cursor=above, began_at=clock.now()))

    transact(work)
    return above


def _note(cursor: int) -> None:
    """Keep in mind how far it is, unless somebody asked to look again meanwhile."""
    release()
    transact(lambda session: session.execute(update(Look).where(Look.cursor > cursor).values(cursor=cursor)))


def named(name: str) -> None:
    """Index the tickets of whoever has that name anew; of somebody with very many of them, one after the other, as if they were missing."""
    release()
    theirs = select(Ticket.id, Ticket.entry_count).join(User, User.id == Ticket.user_id).where(User.name == name)
    rows = reading().all(theirs.limit(MOST_NAMED + 1))
    if len(rows) <= MOST_NAMED:
        services.in_slices([(row.id, row.entry_count) for row in rows])
        return
    gone = delete(Document).where(Document.ticket_id.in_(theirs.with_only_columns(Ticket.id)))
    release()
    transact(lambda session: session.execute(gone))
    look_again()


def look_again() -> None:
    """Have all tickets looked through again."""
    release()
    transact(lambda session: session.execute(delete(Look)))
    wake(JOB)
