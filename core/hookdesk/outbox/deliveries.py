"""The job "deliveries": events that a subscriber missed, tried again with back-off, and dead after the twelfth failure."""

from __future__ import annotations

from datetime import timedelta
from random import uniform
from time import monotonic
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from hookdesk import clock
from hookdesk.db.context import reading, release
from hookdesk.faults import crash_point
from hookdesk.models import Delivery
from hookdesk.outbox.attempt import attempt
from hookdesk.services import log
from hookdesk.services.transaction import transact
from hookdesk.site import site
from hookdesk.types.events import Event

BATCH = 100
BATCH_S = 5.0
MOST_ATTEMPTS = 12
MOST_AWAY = timedelta(days=30)
WAITING, DEAD = "waiting", "dead"
FIRST_S, LONGEST_S = 10, 3600
AWAY_S = 60
"""A plugin that is paused, switched off or not loadable is looked for again after this long; that counts as no attempt."""


def backoff(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failure: 10 s doubled each time up to an hour, give or take a fifth."""
    return timedelta(seconds=min(FIRST_S * 2 ** (attempts - 1), LONGEST_S) * uniform(0.8, 1.2))  # noqa: S311  spreads load, guards nothing


def kept(key: str) -> frozenset[str]:
    """The plugins that an event is kept for already."""
    found = frozenset(reading().scalars(select(Delivery.plugin).where(Delivery.key == key)))
    release()
    return found


def add(session: Session, event: Event, plugin: str, error: str, was_asked: bool) -> None:
    """Keep an event for a subscriber that missed it."""
    row = session.scalar(select(Delivery).where(Delivery.key == event.key, Delivery.plugin == plugin))
    if row is None:
        row = Delivery(
            key=event.key, plugin=plugin, event=event.name, data=dict(event.data), happened_at=event.happened_at
        )
        session.add(row)
    row.state, row.error, row.attempts = WAITING, error, int(was_asked)
    row.due_at = clock.now() + (backoff(1) if was_asked else timedelta(seconds=AWAY_S))


def hung(session: Session, event: Event, plugin: str, error: str) -> None:
    """A subscriber did not come back: that is a failed attempt, and the event must not reach it again before its time."""
    row = session.scalar(select(Delivery).where(Delivery.key == event.key, Delivery.plugin == plugin))
    if row is None:
        add(session, event, plugin, error, was_asked=True)
    else:
        _failed(session, row.id, error)


def retry_due() -> int:
    """Try what is due, at most 100 or for 5 seconds; how many were tried or put off.

    All that is due to a plugin that is away is put off at once: however much it is, it must not hold up what others wait for.
    """
    until = monotonic() + BATCH_S
    done, away = 0, set()
    for row in _due():
        if row.plugin not in away and _is_away(row.plugin):
            away.add(row.plugin)
            transact(lambda session, plugin=row.plugin: _put_off(session, plugin))  # type: ignore[misc]  # bound and called now
        elif row.plugin not in away:
            _retry(row)
        done += 1
        if monotonic() > until:
            break
    return done


def is_pending() -> bool:
    """True while a delivery is due."""
    due = select(Delivery.id).where(Delivery.state == WAITING, clock.has_come(Delivery.due_at))
    return reading().scalar(due.limit(1)) is not None


def _due() -> list[Row[Any]]:
    """What is due, longest waiting first."""
    columns = (Delivery.id, Delivery.event, Delivery.key, Delivery.data, Delivery.plugin, Delivery.happened_at)
    query = (
        select(*columns)
        .where(Delivery.state == WAITING, clock.has_come(Delivery.due_at))
        .order_by(Delivery.due_at, Delivery.id)
    )
    rows = reading().all(query.limit(BATCH))
    release()
    return rows


def _is_away(plugin: str) -> bool:
    """True while a plugin is paused, switched off or could not be loaded."""
    return site().plugins.get(plugin) is None or plugin in site().hooks.paused()


def _retry(row: Row[Any]) -> None:
    """One further try; a plugin that is loaded but no longer subscribes has no use for the event."""
    found = [one for one in site().hooks.implementations(row.event) if one.plugin == row.plugin]
    if not found:
        return transact(lambda session: _remove(session, row.id))
    error = attempt(found[0], Event(row.event, row.key, row.happened_at, MappingProxyType(row.data)))
    crash_point("delivery-before-settle")
    if error:
        return transact(lambda session: _failed(session, row.id, error))
    return transact(lambda session: _remove(session, row.id))


def _remove(session: Session, delivery_id: int) -> None:
    """It is done."""
    session.execute(delete(Delivery).where(Delivery.id == delivery_id))


def _put_off(session: Session, plugin: str) -> None:
    """That a plugin is away is no failed attempt. One that stays away for a month is given up."""
    now = clock.now()
    due = (Delivery.plugin == plugin, Delivery.state == WAITING, clock.has_come(Delivery.due_at))
    lost = {"state": DEAD, "error": f"the plugin was away for {MOST_AWAY.days} days"}
    session.execute(update(Delivery).where(*due, Delivery.happened_at < now - MOST_AWAY).values(**lost))
    session.execute(update(Delivery).where(*due).values(due_at=now + timedelta(seconds=AWAY_S)))


def _failed(session: Session, delivery_id: int, error: str) -> None:
    """Count a failed attempt: again later, or dead."""
    row = session.get(Delivery, delivery_id)
    if row is None:
        return
    row.attempts += 1
    row.error = error
    row.due_at = clock.now() + backoff(row.attempts)
    if row.attempts >= MOST_ATTEMPTS:
        row.state = DEAD
        told = f"{row.event} could not be delivered to {row.plugin} in {row.attempts} attempts; it waits among the dead letters. {error}"
        log.write(session, "error", "outbox", told)
