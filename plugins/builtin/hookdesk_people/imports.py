"""Reading files of people in: checked row by row without storing anything, then stored row by row through the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, actors, agents, clock, directory, log, reading, release, transact, users, wake
from hookdesk_people import columns, files
from hookdesk_people import reading as rows
from hookdesk_people.models import Import, Row

JOB = "people.imports"
BATCH = 100
KEPT = timedelta(days=7)
"""Files are personal data: they go, done or not."""
DONE = {"add": "added", "change": "changed"}


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of a kind are understood and stored."""

    read: Callable[[Mapping[str, str], rows.Pass], tuple[int | None, Any]]
    save: Callable[[Actor, int | None, Any], int]


KINDS: Mapping[str, Kind] = {
    "users": Kind(rows.user, users.save_user),
    "agents": Kind(rows.agent, agents.save_agent),
}


def take(actor: Actor, kind: str, filename: str, content: bytes) -> int:
    """Keep a file and check it; the id of the import.

    Raises:
        FileProblem: it cannot be read.
    """
    header, found = files.read(content)
    guessed = columns.guessed(kind, header)

    def work(session: Session) -> int:
        row = Import(
            kind=kind, filename=filename[:200], agent_id=actor.agent_id or 0, header=header, columns=guessed,
            created_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        values = [
            {"import_id": row.id, "line": line, "cells": cells, "outcome": "", "note": ""}
            for line, cells in enumerate(found, 2)
        ]
        session.execute(insert(Row), values)
        return row.id

    import_id = transact(work)
    check(kind, import_id, guessed)
    return import_id


def check(kind: str, import_id: int, chosen: Mapping[str, int]) -> None:
    """Say of each row what would become of it, with these columns. Nothing is stored but that."""
    made = one(kind, import_id)
    if made is None or made.state != "checked":
        return
    seen: dict[str, int] = {}
    verdicts = []
    lines = [(row.line, columns.picked(row.cells, chosen)) for row in _rows(import_id)]
    asked = rows.Pass(values.get("address", "") for _line, values in lines)
    for line, values in lines:
        with _told() as problem:
            found, data = KINDS[kind].read(values, asked)
            _not_twice(seen, line, data)
        outcome = "wrong" if problem else "change" if found is not None else "add"
        verdicts.append({"import_id": import_id, "line": line, "outcome": outcome, "note": "".join(problem)})

    def work(session: Session) -> None:
        session.execute(update(Import).where(Import.id == import_id).values(columns=dict(chosen)))
        session.execute(update(Row), verdicts)

    transact(work)


@contextmanager
def _told() -> Iterator[list[str]]:
    """Catches what is wrong with a row, as words."""
    problem: list[str] = []
    try:
        yield problem
    except directory.DirectoryProblem as error:
        problem.append(str(error))


def _not_twice(seen: dict[str, int], line: int, data: Any) -> None:
    """An address stands in one row of a file."""
    for address in getattr(data, "addresses", None) or (data.address,):
        if address in seen:
            raise directory.DirectoryProblem(
                _("%(address)s stands in line %(line)s, too.", address=address, line=seen[address])
            )
        seen[address] = line


def start(actor: Actor, import_id: int) -> bool:
    """Let the job store what was checked; False if it was started before."""

    def work(session: Session) -> bool:
        row = session.get(Import, import_id, with_for_update=True)
        if row is None or row.state != "checked":
            return False
        row.state, row.agent_id = "running", actor.agent_id or 0
        words = f"{actor.name} imports {row.kind} from {row.filename}"
        log.changed(session, actor, row.kind.removesuffix("s"), row.filename, {}, act="imported", words=words)
        return True

    started = transact(work)
    wake(JOB)
    return started


def run() -> int:
    """The job: the next 100 rows of a running import, each in a transaction of its own; and files that are old go. How many."""
    release()
    old = delete(Import).where(Import.created_at < clock.now() - KEPT)
    transact(lambda session: session.execute(old))
    made = reading().first(
        select(Import.id, Import.kind, Import.agent_id, Import.columns).where(Import.state == "running")
    )
    if made is None:
        return 0
    actor = actors.agent_actor(made.agent_id)
    found = reading().all(_open_rows(made.id).limit(BATCH))
    release()
    if not found or actor is None or not actor.is_admin:
        transact(lambda session: session.execute(update(Import).where(Import.id == made.id).values(state="done")))
        return 0
    for row in found:
        _store(actor, made, row)
    return len(found)


def _store(actor: Actor, made: Any, row: Any) -> None:
    """Store one row, and say how that went."""
    kind = KINDS[made.kind]
    with _told() as problem:
        row_id, data = kind.read(columns.picked(row.cells, made.columns), rows.Pass())
        kind.save(actor, row_id, data)
    outcome = "failed" if problem else DONE[row.outcome]
    this = update(Row).where(Row.import_id == made.id, Row.line == row.line)
    transact(lambda session: session.execute(this.values(outcome=outcome, note="".join(problem))))
    release()


def _rows(import_id: int) -> list[Any]:
    """All rows of a file."""
    return reading().all(select(Row.line, Row.cells).where(Row.import_id == import_id).order_by(Row.line))


def _open_rows(import_id: int) -> Any:
    """Rows that are still to be stored."""
    still = Row.outcome.in_(("add", "change"))
    return select(Row.line, Row.cells, Row.outcome).where(Row.import_id == import_id, still).order_by(Row.line)


def one(kind: str, import_id: int) -> Any:
    """An import of users or agents."""
    return reading().first(select(*Import.__table__.columns).where(Import.id == import_id, Import.kind == kind))


def counts(import_id: int) -> dict[str, int]:
    """Outcome → number of rows."""
    query = select(Row.outcome, func.count().label("rows")).where(Row.import_id == import_id).group_by(Row.outcome)
    return {row.outcome: row.rows for row in reading().all(query)}


def shown(import_id: int, most: int = 100) -> list[Any]:
    """The rows for a page: what is wrong first, then from the beginning."""
    query = select(Row.line, Row.cells, Row.outcome, Row.note).where(Row.import_id == import_id)
    bad = Row.outcome.in_(("wrong", "failed"))
    return reading().all(query.order_by(bad.desc(), Row.line).limit(most))


def report(import_id: int, header: list[str]) -> Iterator[str]:
    """Every row with its outcome, as CSV."""
    yield from files.lines([["line", "outcome", "note", *header]])
    last = 0
    while True:
        query = select(Row.line, Row.cells, Row.outcome, Row.note).where(Row.import_id == import_id, Row.line > last)
        found = reading().all(query.order_by(Row.line).limit(500))
        if not found:
            return
        yield from files.lines([row.line, row.outcome, row.note, *row.cells] for row in found)
        last = found[-1].line
        release()
