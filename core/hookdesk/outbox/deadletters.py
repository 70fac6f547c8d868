"""Dead letters, for the admin: count them, replay them against mended code, or drop them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading
from hookdesk.models import Delivery, OutboxEvent
from hookdesk.outbox.deliveries import DEAD, WAITING
from hookdesk.services.transaction import transact
from hookdesk.wakeup import wake_after_commit

DELIVERIES = "deliveries"


def counts() -> dict[str, int]:
    """How many events are in the outbox, and how many deliveries are waiting and dead; each at most 10,001."""

    def counted(query: Any) -> int:
        return int(reading().scalar(select(func.count()).select_from(query.limit(10_001).subquery())))

    states = {state: counted(select(Delivery.id).where(Delivery.state == state)) for state in (WAITING, DEAD)}
    return {"outbox": counted(select(OutboxEvent.id)), **states}


def replay(delivery_id: int) -> bool:
    """Make a delivery due now, with all its attempts before it; False if there is none."""

    def work(session: Session) -> bool:
        wake_after_commit(session, DELIVERIES)
        values = {"state": WAITING, "attempts": 0, "due_at": clock.now()}
        changed = session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**values))
        return bool(changed.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one

    return transact(work)


def drop(delivery_id: int) -> bool:
    """Give a dead delivery up for good; False if there is none (one that still waits is not dropped)."""

    def work(session: Session) -> bool:
        gone = session.execute(delete(Delivery).where(Delivery.id == delivery_id, Delivery.state == DEAD))
        return bool(gone.rowcount)  # type: ignore[attr-defined]  # a DELETE has one

    return transact(work)
