"""The ticket's log and the outbox, written side by side in the transaction of the change."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db import gathered
from hookdesk.models import Ticket, TicketEvent, table_of
from hookdesk.outbox import emit
from hookdesk.types.actors import Actor

_LINES = "hookdesk_lines"


def log(session: Session, ticket: Ticket, actor: Actor, kind: str, **data: Any) -> None:
    """Add a line to the ticket's own log."""
    line = {
        "ticket_id": ticket.id, "kind": kind, "actor": actor.name[:200], "agent_id": actor.agent_id, "user_id": actor.user_id,
        "data": data, "created_at": clock.now(),
    }  # fmt: skip
    if _LINES in session.info:
        session.info[_LINES].append(TicketEvent(**line))
        session.add(session.info[_LINES][-1])
    else:
        gathered.add(session, table_of(TicketEvent), [line])


def note_lines(session: Session) -> list[TicketEvent]:
    """The lines that this transaction adds to logs from now on; they have ids once they are flushed."""
    noted: list[TicketEvent] = session.info.setdefault(_LINES, [])
    return noted


def changed(session: Session, ticket: Ticket, actor: Actor, what: str, before: Any, after: Any, **names: Any) -> None:
    """A property changed: a log line (with readable names), a new version of the page, and the event `ticket_changed`.

    `names` are `before_name` and `after_name` for the log, and `label` for a property that only its plugin knows.
    """
    ticket.updates += 1
    told = {"before": names.get("before_name", before), "after": names.get("after_name", after)}
    log(session, ticket, actor, what, **told, **({"label": names["label"]} if "label" in names else {}))
    data = {"ticket_id": ticket.id, "number": ticket.number, "what": what, "before": before, "after": after}
    emit(session, "ticket_changed", {**data, "agent_id": actor.agent_id, "user_id": actor.user_id})
