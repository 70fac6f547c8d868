"""What the log of calls and the answers that are kept tell about a person: given out, and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from hookdesk.api import Ticket, reading, transact
from hookdesk_api_osticket.models import Call, Claim

MOST = 10_000
GONE = "[erased]"


def records(user_id: int) -> list[dict[str, Any]]:
    """The newest calls that made or reached a ticket of a user, at most 10,000."""
    columns = (Call.called_at, Call.operation, Call.status, Call.note, Ticket.number.label("ticket"))
    theirs = select(*columns).join(Ticket, Ticket.id == Call.ticket_id).where(Ticket.user_id == user_id)
    return [dict(row._mapping) for row in reading().all(theirs.order_by(Call.id.desc()).limit(MOST))]


def forget(user_id: int, addresses: Sequence[str]) -> None:
    """Blank the notes about a user's tickets (they name files), and their addresses wherever an answer or a note has one."""

    def work(session: Session) -> None:
        own = select(Ticket.id).where(Ticket.user_id == user_id)
        session.execute(update(Call).where(Call.ticket_id.in_(own)).values(note=""))
        for model, text in ((Call, Call.note), (Claim, Claim.answer)):
            if addresses:
                named = or_(*(text.contains(address, autoescape=True) for address in addresses))
                session.execute(update(model).where(named).values({text: _without(text, addresses)}))

    transact(work)


def _without(text: InstrumentedAttribute[str], addresses: Sequence[str]) -> Any:
    """A text with the longest addresses first replaced, for one may end another."""
    found: Any = text
    for address in sorted(addresses, key=len, reverse=True):
        found = func.replace(found, address, GONE)
    return found
