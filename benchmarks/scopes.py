"""What the list query of a queue costs where very many tickets are, for agents who see some of them.

It is asked of the guard's own code within this process, with no page around it. The database holds nothing but a company and its tickets'
rows: no list reads anything else.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from benchmarks import processes
from benchmarks.figures import Figure, take
from benchmarks.instances import Instance, database_pids, fingerprint, initialise, made
from hookdesk import clock, listing
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.db.context import reading, release
from hookdesk.models import Agent, AgentDepartment, Department, Priority, Referral, Role, Status, Ticket, User
from hookdesk.services import actors, people
from hookdesk.site import site
from hookdesk.types.actors import Actor

NAMES = ("scope_wide", "scope_narrow", "scope_referred")
SIZE = 1_000_000
DEPARTMENTS, MINE, FEW, REFERRED = 40, 20, 25, 200
OPEN = 0.05
REQUESTERS = 10_000
BATCH = 20_000
WARM, COUNT = 10, 200
LISTS = (("open", "activity"), ("closed", "activity"))
"""The dearer one counts."""


def measure(tickets: int, wanted: Collection[str], database_url: str = "") -> Iterator[Figure]:
    """Take the figures on a database with so many tickets."""
    if not set(wanted) & set(NAMES):
        return
    with _opened(tickets, database_url) as (instance, app), app.app_context():
        for name in NAMES:
            if name in wanted:
                yield max((_list(instance, name, *which) for which in LISTS), key=lambda figure: figure.cpu_ms or 0)


def _list(instance: Instance, name: str, state: str, sort: str) -> Figure:
    """The ids of a queue's first page again and again. What its rows show is then read by id, which costs the same whoever asks."""
    actor = _actor(name)
    server = (
        {_one(func.pg_backend_pid())} if database_pids(instance) else set()
    )  # ours alone: others look after what was written

    def page(_turn: int) -> None:
        listing.page_ids(actor, state, listing.SORTS[sort])
        release()

    return take(
        name, instance.tickets, lambda: process_time() + processes.cpu_s(server), page, (), warm=WARM, count=COUNT
    )


def _actor(login: str) -> Actor:
    """The agent of a figure."""
    found = actors.agent_actor(reading().scalar(select(Agent.id).where(Agent.login == login)) or 0)
    assert found is not None
    return found


@contextmanager
def _opened(tickets: int, database_url: str) -> Iterator[tuple[Instance, Flask]]:
    """An application on the database; filled if it is empty. SQLite is kept in the folder for temporary files, and only read."""
    if database_url:
        with tempfile.TemporaryDirectory(prefix="hookdesk-bench-") as name:
            instance = made(Path(name) / "i", tickets, database_url)
            yield instance, _filled(instance)
        return
    store = Path(tempfile.gettempdir()) / f"hookdesk-benchmarks-{os.getuid()}"
    folder = store / f"scopes-{tickets}-{fingerprint()}"
    if not folder.exists():
        for old in store.glob(f"scopes-{tickets}-*"):
            shutil.rmtree(old)
        building = store / f"building-{os.getpid()}"
        _filled(made(building, tickets))
        building.rename(folder)
    yield made(folder, tickets), _filled(made(folder, tickets))


def _filled(instance: Instance) -> Flask:
    """An application; its company and tickets are written if they are not there."""
    if not (instance.folder / "instance.key").exists():
        initialise(instance)
    app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
    with app.app_context():
        present = reading().scalar(select(func.count()).select_from(Ticket)) or 0
        release()
        if present < instance.tickets:
            print(f"writing {instance.tickets:,} rows of tickets (once)", file=sys.stderr)
            _write(instance.tickets)
    return app


def _write(tickets: int) -> None:
    """The company, then the tickets without their indexes, which are made afterwards."""
    chance, db = Random(0), site().db
    with db.write() as session:
        places = _company(session)
        common = _common(session)
        for index in Ticket.__table__.indexes:  # type: ignore[attr-defined]  # a table
            index.drop(session.connection())
    departments = _departments(chance, places, tickets)
    first_user = _one(func.min(User.id).filter(User.name.startswith("Requester")))
    for start in range(0, tickets, BATCH):
        rows = [
            _row(chance, number, departments, first_user, common)
            for number in range(start, min(start + BATCH, tickets))
        ]
        with db.write() as session:
            session.execute(insert(Ticket.__table__), rows)  # type: ignore[arg-type]  # a table
    with db.write() as session:
        for index in Ticket.__table__.indexes:  # type: ignore[attr-defined]  # a table
            index.create(session.connection())
        _few_and_referred(session, places, chance)
        if not db.is_sqlite:
            session.execute(text("ANALYZE"))  # as its own autovacuum would by and by
    db.optimize()


def _one(what: Any) -> int:
    """A number from the database."""
    found = int(reading().scalar(select(what)) or 0)
    release()
    return found


def _company(session: Session) -> list[int]:
    """Departments, the three agents and the requesters; ids of the departments, the last one of which takes few tickets."""
    rows = [Department(name=f"Department {place}") for place in range(DEPARTMENTS + 2)]
    session.add_all(rows)
    session.flush()
    ids = [row.id for row in rows]
    role_id = session.scalars(select(Role.id).order_by(Role.id)).first() or 0
    homes = {"scope_wide": ids[0], "scope_narrow": ids[-1], "scope_referred": ids[-2]}
    made_agents = {
        login: people.create_agent(
            session, login=login, name=login, address=f"{login}@example.org", department_id=home, role_id=role_id
        ).id
        for login, home in homes.items()
    }
    session.add_all(
        AgentDepartment(agent_id=made_agents["scope_wide"], department_id=place, role_id=role_id)
        for place in ids[1:MINE]
    )
    now = clock.now()
    requesters = [{"name": f"Requester {number}", "created_at": now} for number in range(REQUESTERS)]
    session.execute(insert(User), requesters)
    return ids


def _common(session: Session) -> Mapping[str, Any]:
    """Ids that all tickets share, by name."""
    statuses = {row.state: row.id for row in session.scalars(select(Status).order_by(Status.id.desc()))}
    priority = session.scalars(select(Priority)).first()
    assert priority is not None
    return {"open": statuses["open"], "closed": statuses["closed"], "priority_id": priority.id, "rank": priority.rank}


def _departments(chance: Random, places: list[int], tickets: int) -> list[int]:
    """The department of each ticket: some have very many, some few."""
    usual = places[:DEPARTMENTS]
    return chance.choices(usual, [1 / (1 + place % MINE) for place in range(len(usual))], k=tickets)


def _row(
    chance: Random, number: int, departments: list[int], first_user: int, common: Mapping[str, Any]
) -> dict[str, Any]:
    """One ticket; the newest were not touched last."""
    state = "open" if chance.random() < OPEN else "closed"
    created = clock.now() - timedelta(minutes=5 * number)
    return {
        "number": f"S{number}", "subject": f"Order {number} has not arrived", "user_id": first_user + number % REQUESTERS,
        "department_id": departments[number], "status_id": common[state], "state": state,
        "priority_id": common["priority_id"], "priority_rank": common["rank"], "channel": "email", "due_at": clock.NEVER,
        "topic_ref": "", "sla_ref": "", "is_answered": False, "snippet": "It has not arrived.", "snippet_by": "Requester",
        "entry_count": 2, "attachment_count": 0, "updates": 1, "created_at": created,
        "last_activity_at": created + timedelta(minutes=chance.randrange(100_000)),
    }  # fmt: skip


def _few_and_referred(session: Session, places: list[int], chance: Random) -> None:
    """25 tickets for the small department; 200 referrals for the agent of the one that has none."""
    newest, oldest = session.execute(select(func.max(Ticket.id), func.min(Ticket.id))).one()
    some = chance.sample(range(oldest, newest + 1), FEW + REFERRED)
    session.execute(update(Ticket).where(Ticket.id.in_(some[:FEW])).values(department_id=places[-1]))
    agent_id = session.scalar(select(Agent.id).where(Agent.login == "scope_referred"))
    now = clock.now()
    session.execute(
        insert(Referral), [{"ticket_id": each, "agent_id": agent_id, "created_at": now} for each in some[FEW:]]
    )
