"""What filters cost: 500 of them for each new ticket, and a dry run of one over all tickets."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from random import Random
from time import process_time

from flask import Flask
from sqlalchemy import select

from benchmarks.figures import Figure, take
from benchmarks.instances import Instance
from hookdesk.api import ANONYMOUS, InboundMessage, intake, reading, release, system
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_filters import dryrun, services
from hookdesk_filters.models import Rule
from hookdesk_filters.rules import RuleValues

NAMES = ("filters_500", "dry_run")
RULES, CONDITIONS, WARM, COUNT = 500, 5, 10, 100
WORDS = "invoice printer password vpn order delivery refund parcel keyboard licence account contract urgent broken lost".split()
BODY = "Hello, since this morning nothing works any more and I cannot go on. " * 30


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures, in this process, on an instance whose changes are thrown away."""
    if not set(wanted) & set(NAMES):
        return
    app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
    if "filters_500" in wanted:
        yield _created(app, instance.tickets)
    if "dry_run" in wanted:
        yield _tried(app, instance.tickets)


def _created(app: Flask, tickets: int) -> Figure:
    """CPU of a new ticket with 500 active filters of 5 conditions, less that of one with none."""
    with app.app_context():
        bare = _taken(tickets)
        chance = Random(0)
        for number in range(RULES):
            services.save(system("benchmarks"), _rule(chance, number))
        full = _taken(tickets)
        _switch_off()
    cost = (full.cpu_ms or 0) - (bare.cpu_ms or 0)
    return Figure("filters_500", tickets, cost, (full.p50_ms or 0) - (bare.p50_ms or 0))


def _taken(tickets: int) -> Figure:
    """New tickets, one after the other."""

    def create(number: int) -> None:
        message = InboundMessage(
            channel="email", sender_address=f"rider{number}@mail.example", subject=f"My order {number} is late", text=BODY,
            headers=(("X-Mailer", "Bench"), ("X-Priority", "3")), to=("help@hookdesk.example",),
        )  # fmt: skip
        intake.submit(message, ANONYMOUS)
        release()

    return take("created", tickets, process_time, create, (), warm=WARM, count=COUNT)


def _rule(chance: Random, number: int) -> RuleValues:
    """A rule that looks at five things, one of them a pattern; few of them match."""
    parts = [
        {"field": "subject", "operator": "contains_any", "value": chance.sample(WORDS, 3)},
        {"field": "body", "operator": "contains", "value": f"{chance.choice(WORDS)} {number}"},
        {"field": "email", "operator": "ends_with", "value": f"@customer{number}.example"},
        {"field": "header", "operator": "starts_with", "value": "X-Spam-Flag: yes"},
        {"field": "subject", "operator": "matches", "value": rf"\b{chance.choice(WORDS)}\s+#?\d{{{number % 7 + 2}}}\b"},
    ]
    conditions = {"version": 1, "mode": "any" if number % 100 == 0 else "all", "parts": parts}
    return RuleValues(f"Rule {number}", conditions, ({"do": "quiet", "with": {}},))


def _switch_off() -> None:
    """Let no rule be asked any more."""
    for rule_id in list(reading().scalars(select(Rule.id).where(Rule.is_active))):
        services.switch(system("benchmarks"), rule_id, False)


def _tried(app: Flask, tickets: int) -> Figure:
    """A dry run of one rule over all tickets."""
    parts = [
        {"field": "subject", "operator": "contains_any", "value": ["order", "invoice"]},
        {"field": "body", "operator": "contains", "value": "today"},
    ]
    rule = RuleValues("Dry", {"version": 1, "mode": "any", "parts": parts}, ({"do": "priority", "with": {"to": 1}},))
    with app.app_context():

        def run(_turn: int) -> None:
            run_id = dryrun.ask(system("benchmarks"), rule, 36_500)
            while (made := dryrun.one(run_id)) is not None and made.state in dryrun.OPEN:
                dryrun.step(run_id)
                release()

        return take("dry_run", tickets, process_time, run, (), warm=1, count=3)
