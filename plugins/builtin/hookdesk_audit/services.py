"""Keep changes, and tell whether anybody has tampered with what was kept."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from hookdesk.api import Event, no_formula, reading, release, transact
from hookdesk_audit.models import Entry

FIRST = "0" * 64
"""Stands for the seal before the first row."""
BATCH = 1000
MOST_EXPORTED = 100_000
COLUMNS = ("id", "happened_at", "actor", "agent_id", "act", "kind", "name", "changes")
_SEALED = tuple(getattr(Entry, name) for name in (*COLUMNS, "key", "previous", "seal"))


def keep(event: Event) -> None:
    """Add a change to the end of the line. An event that is delivered again is kept once."""

    def work(session: Session) -> None:
        if session.scalar(select(Entry.id).where(Entry.key == event.key)) is not None:
            return
        last = session.scalar(select(Entry.seal).order_by(Entry.id.desc()).limit(1)) or FIRST
        data = event.data
        values = {
            "key": event.key, "actor": str(data["actor"])[:200], "agent_id": data["agent_id"], "act": str(data["act"])[:40],
            "kind": str(data["kind"])[:40], "name": str(data["name"])[:200], "changes": dict(data["changes"]),
            "happened_at": event.happened_at,
        }  # fmt: skip
        session.add(Entry(**values, previous=last, seal=seal(last, values)))

    transact(work, race=True)


def seal(previous: str, values: Mapping[str, Any]) -> str:
    """The seal of a row that follows another one."""
    moment: datetime = values["happened_at"]
    told = [values[name] for name in ("key", "actor", "agent_id", "act", "kind", "name", "changes")]
    text = json.dumps([previous, *told, moment.timestamp()], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_at() -> int | None:
    """The id of the first row that does not follow from the one before it; None if the line is whole."""
    previous, last = FIRST, 0
    while rows := reading().all(select(*_SEALED).where(Entry.id > last).order_by(Entry.id).limit(BATCH)):
        for row in rows:
            if row.previous != previous or row.seal != seal(previous, dict(row._mapping)):
                return int(row.id)
            previous, last = row.seal, row.id
        release()
    return None


def chosen(kind: str, agent_id: int | None) -> Select[Any]:
    """The rows of one kind ("" for all) and one agent (None for all)."""
    query = select(*(getattr(Entry, name) for name in COLUMNS))
    if kind:
        query = query.where(Entry.kind == kind)
    return query if agent_id is None else query.where(Entry.agent_id == agent_id)


def exported(kind: str, agent_id: int | None) -> Iterator[str]:
    """The rows as CSV, the oldest first, a batch at a time; at most 100,000."""
    yield _csv([COLUMNS])
    last = 0
    for _ in range(MOST_EXPORTED // BATCH):
        rows = reading().all(chosen(kind, agent_id).where(Entry.id > last).order_by(Entry.id).limit(BATCH))
        if not rows:
            return
        yield _csv([_cells(row) for row in rows])
        last = rows[-1].id
        release()


def _cells(row: Row[Any]) -> list[str]:
    """A row for a spreadsheet, which must take nothing for a formula (OWASP: CSV injection)."""
    cells = [
        row.id,
        row.happened_at.isoformat(),
        row.actor,
        row.agent_id or "",
        row.act,
        row.kind,
        row.name,
        json.dumps(row.changes),
    ]
    return [no_formula(str(cell)) for cell in cells]


def _csv(rows: Sequence[Sequence[str]]) -> str:
    """Lines of CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
