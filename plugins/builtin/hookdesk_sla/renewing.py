"""After a plan or its hours have changed: the clocks of the open tickets under it are set anew, a batch at a time."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hookdesk.api import Event, Ticket, reading, transact, wake
from hookdesk_sla import clocks, rules
from hookdesk_sla.choosing import Book
from hookdesk_sla.models import Plan
from hookdesk_sla.services import RENEW

BATCH = 250


def run() -> int:
    """Renew the clocks of one batch of tickets; how many."""
    row = reading().first(
        select(Plan.id, Plan.renewed_to).where(Plan.renewed_to.is_not(None)).order_by(Plan.id).limit(1)
    )
    if row is None:
        return 0
    ref = f"{rules.PREFIX}{row.id}"
    under = select(Ticket.id).where(Ticket.sla_ref == ref, Ticket.state == "open", Ticket.id > row.renewed_to)
    ids = list(reading().scalars(under.order_by(Ticket.id).limit(BATCH)))
    book = Book()
    book.prepare(ids)

    def work(session: Session) -> None:
        clocks.renew(session, clocks.load(session, ids), book)
        mine = update(Plan).where(
            Plan.id == row.id, Plan.renewed_to == row.renewed_to
        )  # unless it has changed once more
        session.execute(mine.values(renewed_to=ids[-1] if ids else None))

    transact(work)
    return max(1, len(ids))


def configured(event: Event) -> None:
    """Hours that have changed concern every plan."""
    kind, changes = event.data.get("kind"), event.data.get("changes", {})
    if kind == "schedule" or (kind == "department" and "schedule_ref" in changes):
        transact(lambda session: session.execute(update(Plan).values(renewed_to=0)))
        wake(RENEW)
