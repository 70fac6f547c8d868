"""A site with one plan by office hours, and what tests ask of its clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hookdesk.api import Ticket, TicketEvent, reading, release, transact
from hookdesk.testing import Clock as SiteClock
from hookdesk_sla.models import Clock, Plan

MINUTE = 60
HOUR = 3600


@pytest.fixture
def context(hookdesk_app: Flask, clock: SiteClock) -> Iterator[None]:
    """An application context under a clock that stands still: noon of a Monday, UTC."""
    with hookdesk_app.app_context():
        yield


@pytest.fixture
def plan(context: None) -> Callable[..., None]:
    """`plan(first_response={"": 60}, steps=[…])`: what the default plan promises, in minutes; "" is every priority."""

    def change(*, steps: Any = (), schedule_ref: str = "", warn_percent: int = 75, **targets: Any) -> None:
        def work(session: Any) -> None:
            row = session.scalar(select(Plan).where(Plan.is_default))
            row.targets, row.steps = targets, list(steps)
            row.schedule_ref, row.warn_percent = schedule_ref, warn_percent

        transact(work)

    return change


@pytest.fixture
def clocks_of(context: None) -> Callable[[int], dict[str, Clock]]:
    """`clocks_of(ticket_id)`: the newest clock of each target."""

    def found(ticket_id: int) -> dict[str, Clock]:
        release()
        rows = reading().scalars(select(Clock).where(Clock.ticket_id == ticket_id).order_by(Clock.id))
        return {row.target: row for row in rows}

    return found


@pytest.fixture
def due_of(context: None) -> Callable[[int], datetime]:
    """`due_of(ticket_id)`: when the ticket is due, as lists show it."""

    def found(ticket_id: int) -> datetime:
        release()
        moment = reading().scalar(select(Ticket.due_at).where(Ticket.id == ticket_id))
        assert moment is not None
        return moment

    return found


@pytest.fixture
def log_of(context: None) -> Callable[[int, str], list[Any]]:
    """`log_of(ticket_id, "overdue")`: what the ticket's log says of that kind."""

    def found(ticket_id: int, kind: str) -> list[Any]:
        release()
        asked = select(TicketEvent.data).where(TicketEvent.ticket_id == ticket_id, TicketEvent.kind == kind)
        return list(reading().scalars(asked.order_by(TicketEvent.id)))

    return found
