"""Users whose rows go once every plugin has been told: until then foreign keys hold, so that a subscriber finds its own rows."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Delivery,
    OutboxEvent,
    Ticket,
    User,
    clock,
    emit,
    log,
    reading,
    release,
    system,
    tickets,
    transact,
)
from hookdesk_people.models import Leaving

JOB = "people.leaving"
BATCH = 100


def announce(session: Session, actor: Actor, user_id: int, event: str, data: dict[str, object]) -> None:
    """Tell the plugins, and let the user and their tickets go after that."""
    key = uuid4().hex
    emit(session, event, data, key=key)
    session.merge(Leaving(user_id=user_id, key=key, asked_by=actor.name[:200], asked_at=clock.now()))


def see_off() -> int:
    """The job: delete tickets, at most 100 a run, and users who have none left; how many rows went."""
    release()
    waiting = select(Delivery.id).where(Delivery.key == Leaving.key).exists()
    untold = select(OutboxEvent.id).where(OutboxEvent.key == Leaving.key).exists()
    rows = reading().all(select(Leaving.user_id, Leaving.asked_by).where(~untold, ~waiting).limit(BATCH))
    gone = 0
    for row in rows:
        theirs = select(Ticket.id).where(Ticket.user_id == row.user_id).order_by(Ticket.id).limit(BATCH - gone)
        ids = list(reading().scalars(theirs))
        for ticket_id in ids:
            tickets.remove(system(row.asked_by), ticket_id)
        gone += len(ids)
        if gone >= BATCH:
            break
        gone += _delete(row.user_id)
    return gone


def _delete(user_id: int) -> int:
    """Delete a user who has no ticket; 0 if a plugin still holds on to them, which is told once."""

    def work(session: Session) -> None:
        session.execute(delete(Leaving).where(Leaving.user_id == user_id))
        session.execute(delete(User).where(User.id == user_id))

    try:
        transact(work)
    except IntegrityError:
        transact(lambda session: _give_up(session, user_id))
        return 0
    return 1


def _give_up(session: Session, user_id: int) -> None:
    """Leave a row that names nobody any more."""
    session.execute(delete(Leaving).where(Leaving.user_id == user_id))
    log.write(
        session, "warning", "people", f"the row of user {user_id} was kept, for a plugin or an agent still refers to it"
    )
