"""Rows of many tickets, collected and then written at once: exactly those that the services write for one ticket after the other.

Entries and records get their ids in the order of time, as on a site where many conversations go on at once: a thread's entries do not
stand side by side on the disk, and reading one costs what it costs there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from hookdesk.api import (
    Attachment,
    Collaborator,
    Decision,
    IntakeRecord,
    Referral,
    ThreadEntry,
    Ticket,
    TicketEvent,
    follow_ids,
    next_id,
)

Row = dict[str, Any]
WRITTEN = (Ticket, IntakeRecord, ThreadEntry, TicketEvent, Decision, Attachment, Collaborator, Referral)
"""In an order that satisfies the foreign keys."""
_when = itemgetter("created_at")


@dataclass(slots=True)
class Batch:
    """Rows by table. `about` pairs a row with the entry that it names, until that has an id; records stand with their entry."""

    rows: dict[type, list[Row]] = field(default_factory=lambda: {model: [] for model in WRITTEN})
    about: list[tuple[Row, Row]] = field(default_factory=list)
    records: list[tuple[Row, Row]] = field(default_factory=list)

    def add(self, model: type, row: Row) -> Row:
        """Keep a row."""
        self.rows[model].append(row)
        return row

    def write(self, session: Session) -> int:
        """Give out the ids and insert everything; how many rows."""
        entries = self.rows[ThreadEntry]
        entries.sort(key=_when)
        for row_id, entry in enumerate(entries, next_id(session, ThreadEntry)):
            entry["id"] = row_id
        self._settle_records(next_id(session, IntakeRecord))
        for row, entry in self.about:
            if "entry_id" in row:
                row["entry_id"] = entry["id"]
            else:
                row["data"] = {"entry_id": entry["id"]}
        self.rows[TicketEvent].sort(key=_when)
        for model, rows in self.rows.items():
            if rows:
                insert_rows(session, model, rows)
        follow_ids(session, Ticket, IntakeRecord, ThreadEntry)
        return sum(map(len, self.rows.values()))

    def _settle_records(self, first: int) -> None:
        """Name each record's entry, and the other way round."""
        self.records.sort(key=lambda item: item[1]["created_at"])
        for row_id, (record, entry) in enumerate(self.records, first):
            record["id"], record["entry_id"] = row_id, entry["id"]
            entry["intake_id"] = row_id
            self.rows[IntakeRecord].append(record)


def insert_rows(session: Session, model: Any, rows: Sequence[Row]) -> None:
    """Insert rows of a model's table, past the ORM: a tenth of the time."""
    session.execute(insert(model.__table__), list(rows))


def event(ticket_id: int, kind: str, who: tuple[str, int | None, int], at: datetime, data: Row) -> Row:
    """A row of a ticket's log; `who` is (name, agent id, user id)."""
    name, agent_id, user_id = who
    return {
        "ticket_id": ticket_id, "kind": kind, "actor": name, "agent_id": agent_id, "user_id": user_id, "data": data, "created_at": at,
    }  # fmt: skip
