"""One ticket's life in bulk: each method leaves the rows that the service of the same name leaves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from hookdesk.api import (
    Attachment,
    Collaborator,
    Decision,
    Referral,
    ThreadEntry,
    Ticket,
    TicketEvent,
    clock,
)
from hookdesk_demo.batch import Batch, Row, event
from hookdesk_demo.cast import Requester, Worker


class Named(NamedTuple):
    """A status (`rank` 0) or a priority."""

    id: int
    key: str
    name: str
    state: str
    rank: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file whose bytes are in a storage backend."""

    filename: str
    content_type: str
    size: int
    sha256: str
    storage: str


@dataclass(frozen=True, slots=True)
class Begin:
    """How a ticket begins. `topic` is a reference or ""."""

    ticket_id: int
    number: str
    at: datetime
    subject: str
    requester: Requester
    department: tuple[int, str]
    priority: Named
    channel: str
    topic: str = ""


class Life:
    """A ticket from its first message on."""

    def __init__(self, batch: Batch, begin: Begin, status: Named) -> None:
        """The ticket's row, without an entry yet; `status` is the default open one."""
        self._batch, self._begin, self._default, self.status = batch, begin, status, status
        self.priority, self.department = begin.priority, begin.department
        self.last_kind, self.at = "", begin.at
        requester = begin.requester
        self._requester = (requester.name, None, requester.id)
        self.row = batch.add(Ticket, {
            "id": begin.ticket_id, "number": begin.number, "subject": begin.subject[:500], "user_id": requester.id,
            "organization_id": requester.organization_id, "department_id": begin.department[0], "assignee_id": None, "team_id": None,
            "status_id": status.id, "state": status.state, "priority_id": begin.priority.id, "priority_rank": begin.priority.rank,
            "topic_ref": begin.topic, "sla_ref": "", "channel": begin.channel, "due_at": clock.NEVER, "is_answered": False,
            "snippet": "", "snippet_by": "", "entry_count": 0, "attachment_count": 0, "updates": 1, "created_at": begin.at,
            "last_activity_at": begin.at, "closed_at": None, "reopened_at": None,
        })  # fmt: skip

    def message(self, at: datetime, text: str, file: StoredFile | None = None) -> None:
        """A message of the requester: a record of the intake, an entry, and what follows from it."""
        first = not self.last_kind
        entry = self._entry(at, "message", text, self._requester, self._begin.channel)
        if self._begin.channel == "email":
            entry["message_id"] = f"{self.row['entry_count']}.{self.row['id']}.{self.row['number']}@mail.example"
        if file is not None:
            self._attach(entry, file)
        self._batch.records.append((self._record(at, text, first), entry))
        if first:
            self._log(at, "created", self._requester, channel=self._begin.channel)
            return
        self._matched(at)
        if self.status.id != self._default.id:
            self.set_status(at, self._default, self._requester)

    def respond(self, at: datetime, worker: Worker, text: str, status: Named | None = None) -> None:
        """A public answer, with a status if one goes with it."""
        self._entry(at, "response", text, _who(worker), "web")
        if status is not None:
            self.set_status(at, status, _who(worker))

    def note(self, at: datetime, worker: Worker, text: str) -> None:
        """An internal note."""
        self._entry(at, "note", text, _who(worker), "web")

    def assign(self, at: datetime, by: Worker, to: Worker) -> None:
        """Give it to an agent."""
        self.row["assignee_id"] = to.id
        self._changed(at, "assignee", by, "", to.name)

    def hand_to_team(self, team_id: int) -> None:
        """Let a team work on it too, from the beginning."""
        self.row["team_id"] = team_id

    def transfer(self, at: datetime, by: Worker, department: tuple[int, str]) -> None:
        """Move it to another department."""
        self._changed(at, "department", by, self.department[1], department[1])
        self.department, self.row["department_id"] = department, department[0]

    def set_priority(self, at: datetime, by: Worker, priority: Named) -> None:
        """Change the priority."""
        if priority.id != self.priority.id:
            self._changed(at, "priority", by, self.priority.name, priority.name)
            self.priority, self.row["priority_id"], self.row["priority_rank"] = priority, priority.id, priority.rank

    def set_status(self, at: datetime, status: Named, who: tuple[str, int | None, int]) -> None:
        """Change the status, with what follows from its state."""
        if status.id == self.status.id:
            return
        row, before = self.row, self.status
        if status.state != before.state:
            row["closed_at"] = at if status.state == "closed" else None
            row["reopened_at"] = at if status.state == "open" else row["reopened_at"]
        self.status, row["status_id"], row["state"] = status, status.id, status.state
        row["updates"] += 1
        self._log(at, "status", who, before=before.name, after=status.name)

    def close(self, at: datetime, by: Worker, status: Named) -> None:
        """Set a closed status without an answer."""
        self.set_status(at, status, _who(by))

    def share(self, user_id: int) -> None:
        """Let another user follow it."""
        if user_id != self.row["user_id"]:
            self._batch.add(Collaborator, {"ticket_id": self.row["id"], "user_id": user_id, "created_at": self.at})

    def refer(self, worker: Worker) -> None:
        """Show it to an agent of another department."""
        self._batch.add(
            Referral,
            {
                "ticket_id": self.row["id"],
                "agent_id": worker.id,
                "team_id": None,
                "department_id": None,
                "created_at": self.at,
            },
        )

    def _entry(self, at: datetime, kind: str, text: str, who: tuple[str, int | None, int], channel: str) -> Row:
        """An entry, its line in the log, and what the ticket's row repeats of it."""
        row, (name, agent_id, user_id) = self.row, who
        entry = self._batch.add(ThreadEntry, {
            "id": 0, "ticket_id": row["id"], "kind": kind, "user_id": user_id, "agent_id": agent_id, "author": name, "channel": channel,
            "text": text, "html": "", "quoted": "", "message_id": None, "recipients": [], "intake_id": None, "created_at": at,
        })  # fmt: skip
        row["entry_count"] += 1
        row["updates"] += 1
        self.at = at
        if kind != "note":
            row["last_activity_at"], row["is_answered"] = at, kind == "response"
            row["snippet"], row["snippet_by"] = " ".join(text[:600].split())[:200], name[:100]
            self.last_kind = kind
        self._batch.about.append((self._log(at, kind, who), entry))
        return entry

    def _attach(self, entry: Row, file: StoredFile) -> None:
        """A file on an entry."""
        row = self._batch.add(Attachment, {
            "ticket_id": self.row["id"], "entry_id": 0, "filename": file.filename, "content_type": file.content_type, "size": file.size,
            "sha256": file.sha256, "storage": file.storage, "content_id": "", "created_at": entry["created_at"],
        })  # fmt: skip
        self._batch.about.append((row, entry))
        self.row["attachment_count"] += 1

    def _record(self, at: datetime, text: str, first: bool) -> Row:
        """The settled record of a message."""
        begin, requester = self._begin, self._begin.requester
        raw = json.dumps({
            "channel": begin.channel, "sender_address": requester.address, "sender_name": requester.name, "subject": begin.subject,
            "text": text, "kind": "message", "files": [], "ticket_id": None if first else begin.ticket_id,
        }, ensure_ascii=False).encode()  # fmt: skip
        reason = "a new ticket" if first else MATCHED[begin.channel]
        return {
            "id": 0, "channel": begin.channel, "outcome": "ticket" if first else "reply", "reason": reason, "raw": raw,
            "raw_size": len(raw), "meta": {"format": "hookdesk-message/1"}, "sender": requester.address, "subject": begin.subject[:200],
            "ticket_id": begin.ticket_id, "entry_id": 0, "due_at": at + timedelta(seconds=120), "received_at": at, "settled_at": at,
        }  # fmt: skip

    def _matched(self, at: datetime) -> None:
        """Why a reply belongs to this ticket."""
        self._batch.add(Decision, {
            "ticket_id": self._begin.ticket_id, "intake_id": None, "hook": "intake_match", "plugin": "core", "outcome": "decided",
            "reason": MATCHED[self._begin.channel], "changes": {}, "compared": [], "microseconds": 0, "created_at": at,
        })  # fmt: skip

    def _changed(self, at: datetime, what: str, by: Worker, before: str, after: str) -> None:
        self.row["updates"] += 1
        self._log(at, what, _who(by), before=before, after=after)

    def _log(self, at: datetime, kind: str, who: tuple[str, int | None, int], **data: object) -> Row:
        return self._batch.add(TicketEvent, event(self.row["id"], kind, who, at, data))


MATCHED = {"email": "In-Reply-To names a mail of this ticket", "portal": "written on the ticket's own page"}


def _who(worker: Worker) -> tuple[str, int | None, int]:
    """An agent as the log names them."""
    return worker.name, worker.id, worker.user_id
