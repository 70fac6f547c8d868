"""Ticket statuses and priorities as an administrator keeps them. What tickets have is not deleted; their tickets are moved first.

Problems are `directory.DirectoryProblem`s, as for the other lists.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from secrets import token_hex
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hookdesk.models import Priority, Status, Ticket, table_of
from hookdesk.services import directory, log
from hookdesk.services.directory import DirectoryProblem
from hookdesk.services.transaction import transact
from hookdesk.types.actors import Actor

STATUS_LOOKS = ("open", "pending", "solved", "closed")
PRIORITY_LOOKS = ("emergency", "high", "normal", "low")
RANK_STEP = 10


@dataclass(frozen=True, slots=True)
class StatusData:
    """What a status's form holds. `reopens_as_id`: the open status that a requester's message leads to; None for the default one."""

    name: str
    state: str = "open"
    look: str = "open"
    is_active: bool = True
    is_default: bool = False
    may_reopen: bool = True
    reopens_as_id: int | None = None
    requesters_may: bool = False


@dataclass(frozen=True, slots=True)
class PriorityData:
    """What a priority's form holds."""

    name: str
    look: str = "normal"
    is_active: bool = True
    is_default: bool = False
    is_public: bool = False


def save_status(actor: Actor, status_id: int | None, data: StatusData) -> int:
    """Create (None) or change a status; its id.

    Raises:
        DirectoryProblem: the name is taken, tickets have it while its state changes, or the site could not do without it as it was.
    """

    def work(session: Session) -> int:
        current = session.get(Status, status_id) if status_id else None
        _check_status(session, current, data)
        values = {**asdict(data), **({} if current else _new(session, Status, data.name))}
        row = directory.store(session, actor, Status, status_id, values)
        _only_default(session, row, data.is_default)
        return int(row.id)

    return transact(work, race=True)


def _check_status(session: Session, current: Status | None, data: StatusData) -> None:
    """Hold what keeps a site working: an open default, a way to close, tickets whose state is that of their status."""
    _check_default(current, data)
    if data.is_default and data.state != "open":
        raise DirectoryProblem(_("New tickets get the default status, so it has to be an open one."), "state")
    target = session.get(Status, data.reopens_as_id) if data.reopens_as_id else None
    if data.reopens_as_id and (target is None or target.state != "open" or not target.is_active):
        raise DirectoryProblem(_("A requester's message can lead to an open status alone."), "reopens_as_id")
    if current is None or (current.state == data.state and (data.is_active or current.state == "open")):
        return
    if current.state != data.state and session.scalar(select(Ticket.id).where(Ticket.status_id == current.id).limit(1)):
        raise DirectoryProblem(_("Tickets have this status, so it stays as open or closed as it is."), "state")
    others = select(Status.id).where(Status.state == "closed", Status.is_active, Status.id != current.id)
    if current.state == "closed" and session.scalar(others.limit(1)) is None:
        raise DirectoryProblem(_("It is the last status that closes a ticket, so it stays."), "state")


def save_priority(actor: Actor, priority_id: int | None, data: PriorityData) -> int:
    """Create (None) or change a priority; its id. A new one is the most urgent, until it is moved.

    Raises:
        DirectoryProblem: the name is taken, or the default would not be in use.
    """

    def work(session: Session) -> int:
        _check_default(session.get(Priority, priority_id) if priority_id else None, data)
        values = {**asdict(data), **({} if priority_id else _new(session, Priority, data.name))}
        row = directory.store(session, actor, Priority, priority_id, values)
        _only_default(session, row, data.is_default)
        return int(row.id)

    return transact(work, race=True)


def _check_default(current: Any, data: StatusData | PriorityData) -> None:
    """There is always a default, and it is in use."""
    if data.is_default and not data.is_active:
        raise DirectoryProblem(_("New tickets get the default, so it has to be in use."), "is_active")
    if current is not None and current.is_default and not data.is_default:
        raise DirectoryProblem(_("To change the default, make another one the default."), "is_default")


def _new(session: Session, model: Any, name: str) -> dict[str, Any]:
    """What a new row has besides: a key after its name, and its place: statuses come last, priorities first."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:30] or model.__tablename__
    if session.scalar(select(model.id).where(model.key == key)) is not None:
        key = f"{key}_{token_hex(3)}"
    if model is Status:
        return {"key": key, "position": int(session.scalar(select(func.max(Status.position))) or 0) + 1}
    least = session.scalar(select(func.min(Priority.rank)))
    return {"key": key, "rank": (RANK_STEP if least is None else int(least)) - RANK_STEP}


def _only_default(session: Session, row: Any, is_default: bool) -> None:
    """Take the mark from the one that had it."""
    if is_default:
        session.execute(update(type(row)).where(type(row).id != row.id).values(is_default=False))


def arrange(actor: Actor, kind: str, ids: Sequence[int]) -> None:
    """Put all statuses, or priorities (the most urgent first), in this order. Tickets' ranks follow by `settle_ranks`.

    Raises:
        DirectoryProblem: it is not all of them, once each.
    """
    model: Any
    model, column = (Status, "position") if kind == "status" else (Priority, "rank")

    def work(session: Session) -> None:
        rows = {row.id: row for row in session.scalars(select(model).with_for_update())}
        if sorted(rows) != sorted(ids):
            raise DirectoryProblem(_("The list has changed meanwhile. Look at it again."))
        for place, row_id in enumerate(ids, start=1):
            setattr(rows[row_id], column, place * (RANK_STEP if kind == "priority" else 1))
        log.changed(session, actor, kind, "list", {"order": ("", [rows[row_id].name for row_id in ids])})

    transact(work)


def settle_ranks(most: int) -> int:
    """Give tickets the rank that their priority has now, that many at a time; how many it were."""

    def work(session: Session) -> int:
        table, done = table_of(Ticket), 0
        for row in session.execute(select(Priority.id, Priority.rank)).all():
            stale = (table.c.priority_id == row.id, table.c.priority_rank != row.rank)
            ids = list(session.scalars(select(table.c.id).where(*stale).limit(most - done)))
            session.execute(update(table).where(table.c.id.in_(ids)).values(priority_rank=row.rank))
            done += len(ids)
        return done

    return transact(work)
