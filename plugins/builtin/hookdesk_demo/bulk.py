"""Many tickets at once: written past the services, in large batches, but just as they would have left them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    CoreSettings,
    FilteringHooks,
    Priority,
    RunningHooks,
    Status,
    Ticket,
    attachments,
    clock,
    counters,
    next_id,
    reading,
    release,
    site,
    system,
    unit_of_work,
)
from hookdesk_demo import cast, samples
from hookdesk_demo.arrivals import arrivals
from hookdesk_demo.batch import Batch
from hookdesk_demo.life import Named, StoredFile
from hookdesk_demo.telling import Site, Teller

BATCH = 2000
TOPICS = {
    "Orders": ("order", "delivery"),
    "Billing": ("invoice", "payment"),
    "Workshop": ("bike", "work"),
    "IT": ("sign in",),
    "Support": ("else",),
}
"""Words by which a site's topics are told apart."""
INDEXED = 1000
Say = Callable[[str], None]


def seed(tickets: int, seed_number: int, say: Say) -> None:
    """Write so many tickets and index them for the search."""
    chance, started, rows = Random(seed_number), monotonic(), 0  # noqa: S311  made-up data must come out the same again
    facts = _facts(chance, tickets)
    teller, moments = Teller(chance, facts), arrivals(chance, tickets, facts.now)
    say(f"· people: {len(facts.cast.requesters)} users, {len(facts.cast.agents())} agents")
    for done in range(0, tickets, BATCH):
        with unit_of_work() as session:
            batch = Batch()
            first, number = next_id(session, Ticket), _numbers(session, min(BATCH, tickets - done))
            for index, at in enumerate(islice(moments, BATCH)):
                teller.tell(batch, first + index, str(number + index), at, is_open(chance, done + index, tickets))
            rows += batch.write(session)
        say(f"· tickets: {min(done + BATCH, tickets):,} of {tickets:,} ({rows:,} rows, {monotonic() - started:.0f} s)")
    index_all(tickets, say)


def is_open(chance: Random, place: int, tickets: int) -> bool:
    """Whether the ticket at this place (0 = oldest) is still open: most that are, are new.

    A site with 10,000 tickets has some 1,250 open ones, one with 100,000 some 5,000: a team's backlog grows more slowly than its archive.
    """
    wanted: float = min(5 * tickets**0.6, tickets)
    recent: float = min(2 * wanted, tickets)
    if place >= tickets - recent:
        return chance.random() < (0.8 if recent < tickets else 1) * wanted / recent
    return chance.random() < 0.2 * wanted / (tickets - recent)


def _numbers(session: Session, count: int) -> int:
    """Take so many ticket numbers; the first of them."""
    start = site().settings.get("core", CoreSettings).ticket_number_start
    return counters.increase(session, "ticket_number", start - 1, by=count) - count + 1


def _facts(chance: Random, tickets: int) -> Site:
    """People, and what the site has already."""
    now = clock.now()
    files = _files()
    rows = reading().all(select(Status.id, Status.key, Status.name, Status.state))
    statuses = {row.key: Named(row.id, row.key, row.name, row.state, 0) for row in rows}
    columns = (Priority.id, Priority.key, Priority.name, Priority.rank)
    priorities = {row.key: Named(row.id, row.key, row.name, "", row.rank) for row in reading().all(select(*columns))}
    topics = _topics()
    release()
    with unit_of_work() as session:
        people = cast.write(session, chance, tickets, now)
    return Site(people, statuses, priorities, topics, files, now)


def _files() -> list[StoredFile]:
    """Some files to attach, their bytes stored; none where no plugin keeps files."""
    try:
        return [
            StoredFile(file.filename, file.content_type, file.size, *attachments.put(file.content))
            for file in samples.files()
        ]
    except attachments.NoStorage:
        return []


def _topics() -> dict[str, str]:
    """A topic for each department, by words that both have in their names; none where no plugin offers topics."""
    found: dict[str, str] = {}
    for choice in site().hooks.collect(FilteringHooks.topic_choices, actor=system()):
        for department, wanted in TOPICS.items():
            if any(word in choice.label.lower() for word in wanted):
                found.setdefault(department, choice.ref)
    return found


def index_all(tickets: int, say: Say) -> None:
    """Let each search backend index what is missing, as its own job does."""
    backends: list[Any] = site().hooks.collect(RunningHooks.search_backends)
    started, done = monotonic(), 0
    for backend in backends:
        while count := backend.rebuild(INDEXED):
            done += count
            if done % 5000 < count:
                say(f"· search: {done:,} of {tickets:,} indexed ({monotonic() - started:.0f} s)")
