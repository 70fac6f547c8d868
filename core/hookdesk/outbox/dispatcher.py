"""The job "outbox": hands each event to its subscribers, then deletes it. After a crash it delivers again, with the same key.

Subscribers run outside any transaction, so they may open their own unit of work. Their outcome is stored in one short one: the event's
row goes, and a `Delivery` row comes for each subscriber that failed or is paused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.faults import crash_point
from hookdesk.models import HeldEntry, OutboxEvent
from hookdesk.outbox import deliveries
from hookdesk.outbox.attempt import attempt
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.types.events import Event

BATCH = 100
BATCH_S = 5.0


@dataclass(frozen=True, slots=True)
class Missed:
    """A subscriber that did not get an event: it failed, or was not asked because it is paused or could not be loaded."""

    plugin: str
    error: str
    was_asked: bool


def dispatch() -> int:
    """Deliver the oldest events, at most 100 or for 5 seconds; how many."""
    until = monotonic() + BATCH_S
    _let_go()
    events = _oldest()
    done = _drop([event for event in events if not _has_subscribers(event)])
    for event in filter(_has_subscribers, events):
        _hand_over(event)
        done += 1
        if monotonic() > until:
            break
    return done


def _has_subscribers(event: Event) -> bool:
    """True if anybody is to get it: also whoever is switched on but could not be loaded, for what that subscribes to is unknown."""
    return bool(site().plugins.unloaded or site().hooks.implementations(event.name))


def _drop(events: list[Event]) -> int:
    """Delete what nobody waits for, all at once; how many."""
    if events:
        keys = [event.key for event in events]
        transact(lambda session: session.execute(delete(OutboxEvent).where(OutboxEvent.key.in_(keys))))
    return len(events)


def _hand_over(event: Event) -> None:
    """Deliver one event and store the outcome."""
    missed = _deliver(event)
    crash_point("outbox-before-delete")
    transact(lambda session: _settle(session, event, missed))
    crash_point("outbox-after-delete")


def is_pending() -> bool:
    """True while an event waits for its subscribers, or one has been held for long enough."""
    waiting = select(OutboxEvent.id).where(_is_free())
    return any(reading().scalar(query.limit(1)) is not None for query in (waiting, _due()))


def next_at() -> datetime | None:
    """When the next event has been held for long enough."""
    soonest: datetime | None = reading().scalar(select(func.min(HeldEntry.until)))
    return soonest


def _is_free() -> ColumnElement[bool]:
    """What waits for no `HeldEntry`."""
    return ~select(HeldEntry.entry_id).where(HeldEntry.held_for == OutboxEvent.held_for).exists()


def _due() -> Select[Any]:
    """The entries that can be taken back no longer."""
    return select(HeldEntry.entry_id).where(clock.has_come(HeldEntry.until))


def _let_go() -> None:
    """Hold no longer what can be taken back no longer. What is being taken back this very moment is not there when this has its turn."""
    due = list(reading().scalars(_due().limit(BATCH)))
    release()
    if due:
        transact(lambda session: session.execute(delete(HeldEntry).where(HeldEntry.entry_id.in_(due))))


def _oldest() -> list[Event]:
    """The next events in the order in which they were written."""
    columns = (OutboxEvent.name, OutboxEvent.key, OutboxEvent.created_at, OutboxEvent.data)
    rows = reading().all(select(*columns).where(_is_free()).order_by(OutboxEvent.id).limit(BATCH))
    release()
    return [Event(row.name, row.key, row.created_at, MappingProxyType(row.data)) for row in rows]


def _deliver(event: Event) -> list[Missed]:
    """Call each subscriber; who missed the event. A plugin that is switched off subscribes to nothing.

    What a plugin that is switched on but could not be loaded subscribes to is unknown, so each event is kept for it. A plugin that has
    a delivery of this event already (its worker was ended because it hung) waits for that one.
    """
    hooks = site().hooks
    paused, kept = hooks.paused(), deliveries.kept(event.key)
    missed = [Missed(slug, "the plugin could not be loaded", False) for slug in site().plugins.unloaded - kept]
    for implementation in hooks.implementations(event.name):
        if implementation.plugin in kept:
            continue
        if implementation.plugin in paused:
            missed.append(Missed(implementation.plugin, "the plugin is paused after repeated errors", False))
            continue
        error = attempt(implementation, event)
        if error:
            missed.append(Missed(implementation.plugin, error, True))
    return missed


def _settle(session: Session, event: Event, missed: list[Missed]) -> None:
    """Store the outcome: who missed it gets a delivery, and the event is gone."""
    for one in missed:
        deliveries.add(session, event, one.plugin, one.error, one.was_asked)
    session.execute(delete(OutboxEvent).where(OutboxEvent.key == event.key))
