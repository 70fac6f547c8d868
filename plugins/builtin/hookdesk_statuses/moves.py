"""Giving all tickets of a status or priority another one, a few at a time, each with its line in the log; then the old one goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    Forbidden,
    NotFound,
    Priority,
    Status,
    Ticket,
    bin,
    directory,
    log,
    reading,
    release,
    scope,
    shown_name,
    statuses,
    system,
    tickets,
    transact,
    wake,
)
from hookdesk_statuses.models import Move

JOB = "statuses.moves"
AT_ONCE = 50
MODELS: Mapping[str, Any] = {"status": Status, "priority": Priority}
_COLUMNS: Mapping[str, Any] = {"status": Ticket.status_id, "priority": Ticket.priority_id}


def begin(actor: Actor, kind: str, from_id: int, to_id: int) -> None:
    """Take a status or priority out of use, and let its tickets be moved.

    Raises:
        DirectoryProblem: it is the default, is being moved already, or the other one cannot take its tickets.
    """
    source, target = _row(kind, from_id), _row(kind, to_id)
    if source is None or target is None or source.id == target.id or not target.is_active or not _alike(source, target):
        raise directory.DirectoryProblem(_("Its tickets cannot be moved there. Choose another one."), "to_id")
    if source.is_default:
        raise directory.DirectoryProblem(_("New tickets get the default, so it stays."))
    _take_out_of_use(actor, kind, source)

    def work(session: Session) -> None:
        if session.scalar(select(Move.id).where(Move.kind == kind, Move.from_id == from_id)) is None:
            session.add(Move(kind=kind, from_id=from_id, to_id=to_id, last_id=0, moved=0, kept=0))
            words = f"{actor.name} has the tickets of the {kind} {source.name} moved to {target.name}"
            log.changed(session, actor, kind, source.name, {}, words=words, level="warning")

    transact(work)
    wake(JOB)


def _alike(source: Any, target: Any) -> bool:
    """Moving neither closes nor opens tickets."""
    return getattr(source, "state", "") == getattr(target, "state", "")


def _take_out_of_use(actor: Actor, kind: str, source: Any) -> None:
    """Nothing new gets it from now on."""
    if kind == "status":
        kept = {name: getattr(source, name) for name in statuses.StatusData.__slots__}
        statuses.save_status(actor, source.id, statuses.StatusData(**{**kept, "is_active": False}))
    else:
        kept = {name: getattr(source, name) for name in statuses.PriorityData.__slots__}
        statuses.save_priority(actor, source.id, statuses.PriorityData(**{**kept, "is_active": False}))


def _row(kind: str, row_id: int) -> Any:
    """A status or priority, detached; None if it is gone."""
    return reading().first(select(*MODELS[kind].__table__.columns).where(MODELS[kind].id == row_id))


def step() -> int:
    """Move some tickets of the oldest move; how many were asked, 1 for a move that ended, 0 if there is nothing to do."""
    release()
    move = reading().first(select(*Move.__table__.columns).order_by(Move.id).limit(1))
    if move is None:
        return 0
    mine = (_COLUMNS[move.kind] == move.from_id, Ticket.id > move.last_id, scope(system("statuses")))
    ids = list(reading().scalars(select(Ticket.id).where(*mine).order_by(Ticket.id).limit(AT_ONCE)))
    release()
    if not ids:
        _end(move)
        return 1
    moved = sum(_moved(move, ticket_id) for ticket_id in ids)

    def work(session: Session) -> None:
        row = session.get(Move, move.id)
        if row is not None:
            row.last_id, row.moved, row.kept = ids[-1], row.moved + moved, row.kept + len(ids) - moved

    transact(work)
    return len(ids)


def _moved(move: Any, ticket_id: int) -> bool:
    """Move one ticket; False if it is gone, or a plugin objects."""
    change = tickets.set_status if move.kind == "status" else tickets.set_priority
    try:
        change(system("statuses"), ticket_id, move.to_id)
    except (Forbidden, NotFound, tickets.TicketProblem):
        return False
    return True


def _end(move: Any) -> None:
    """Delete what has no tickets any more, and say how it went."""
    source = _row(move.kind, move.from_id)
    told = f"{move.moved} tickets were moved away from the {move.kind} {source.name if source else move.from_id}"
    bin.follow(move.kind, move.from_id, move.to_id)
    try:
        directory.remove(system("statuses"), move.kind, move.from_id)
    except directory.DirectoryProblem as problem:
        told += f", but it stays: {problem}"

    def work(session: Session) -> None:
        row = session.get(Move, move.id)
        if row is not None:
            session.delete(row)
        log.write(session, "info", "statuses", told)

    transact(work)


def under_way() -> dict[tuple[str, int], int]:
    """(kind, id) of what is being emptied → how many tickets were moved so far."""
    rows = reading().all(select(Move.kind, Move.from_id, Move.moved).limit(500))
    return {(row.kind, row.from_id): row.moved for row in rows}


def targets(kind: str, source: Any) -> list[tuple[int, str]]:
    """Where the tickets of a status or priority can go."""
    model = MODELS[kind]
    order = model.position if kind == "status" else model.rank
    rows = reading().all(
        select(*model.__table__.columns).where(model.is_active, model.id != source.id).order_by(order).limit(500)
    )
    return [(row.id, shown_name(row.name)) for row in rows if _alike(source, row)]
