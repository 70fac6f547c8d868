"""What deadlines cost: the arithmetic of working time, and setting 10,000 open tickets anew after a plan has changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time

from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from benchmarks.figures import Figure
from benchmarks.instances import Instance
from hookdesk.api import Ticket, clock, reading, release, transact
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_calendars.pattern import Pattern
from hookdesk_calendars.working import WorkingTime
from hookdesk_sla import renewing, rules
from hookdesk_sla.models import Clock, Plan

NAMES = ("working_time", "renew_10k")
SPANS, OPEN = 50_000, 10_000
HOURS = ((540, 720), (780, 1020))


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures, in this process, on an instance whose changes are thrown away."""
    if "working_time" in wanted:
        yield _spans()
    if "renew_10k" in wanted:
        app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
        yield _renewed(app, instance.tickets)


def _spans() -> Figure:
    """1,000 additions and as many measurements of working time over a year with holidays and two changes of the clocks."""
    office = WorkingTime("Berlin", Pattern("Europe/Berlin", (HOURS,) * 5 + ((), ()), {}, "DE", "BE"))
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    office.add(start, 2000 * 3600)  # the years are laid out once, and then kept
    began = process_time()
    for number in range(SPANS):
        moment = start + timedelta(minutes=number * 9)
        office.between(moment, office.add(moment, 8 * 3600))
    cost = (process_time() - began) * 1000 / SPANS * 1000 / 2
    return Figure("working_time", 0, cost, cost)


def _renewed(app: Flask, tickets: int) -> Figure:
    """The job after a change of the default plan, with two clocks on each of 10,000 open tickets."""
    with app.app_context():
        transact(_prepare)
        release()
        began, used = perf_counter(), process_time()
        while renewing.run():
            release()
        return Figure("renew_10k", tickets, (process_time() - used) * 1000, (perf_counter() - began) * 1000)


def _prepare(session: Session) -> None:
    """Put 10,000 open tickets under the default plan, which then promises something else."""
    plan = session.scalars(select(Plan).where(Plan.is_default)).one()
    ids = list(reading().scalars(select(Ticket.id).where(Ticket.state == "open").order_by(Ticket.id).limit(OPEN)))
    session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(sla_ref=f"{rules.PREFIX}{plan.id}"))
    now = clock.now()
    columns = {
        "plan_id": plan.id, "state": "running", "outcome": "", "started_at": now - timedelta(hours=1), "warn_at": clock.NEVER,
        "due_at": clock.NEVER, "next_at": clock.NEVER, "fired": [],
    }  # fmt: skip
    rows = [
        {**columns, "ticket_id": ticket_id, "target": target, "allowance": 3600}
        for ticket_id in ids
        for target in (rules.FIRST, rules.RESOLUTION)
    ]
    session.execute(insert(Clock), rows)
    plan.targets = {rules.FIRST: {"": 60}, rules.RESOLUTION: {"": 600}}
    plan.renewed_to = 0
