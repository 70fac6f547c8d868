"""Exports: asked for, written in steps, kept for a day for whoever asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, defer

from hookdesk.api import (
    Actor,
    CoreSettings,
    Ticket,
    actors,
    attachments,
    clock,
    listing,
    reading,
    release,
    scope,
    site,
    transact,
    wake,
)
from hookdesk_export import columns, files
from hookdesk_export.models import Export, Piece

PERMISSION = "export.tickets"
LIKE = ("ticket.assign",)
"""Whoever hands out work may take the list of it along, at first."""
MOST = 50_000
"""Tickets of one export at most; of a longer list, its first ones."""
STEP = 200
LONGEST = 4.0
"""Seconds after which the job gives others a turn."""
KEPT_FOR = timedelta(days=1)
JOB = "export.write"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for: tickets, columns by name, the form ("xlsx", "csv", "csv;"), the list's name, and the way back to it."""

    ids: Sequence[int]
    columns: Sequence[str]
    form: str
    label: str
    way: str


def begin(actor: Actor, wanted: Wanted) -> int:
    """Have an export written; its id."""

    def work(session: Session) -> int:
        made = Export(
            agent_id=actor.agent_id, label=wanted.label, form=wanted.form, columns=list(wanted.columns), ids=list(wanted.ids),
            way=wanted.way, total=len(wanted.ids), created_at=clock.now(),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id

    export_id = transact(work)
    wake(JOB)
    return export_id


def own(actor: Actor, export_id: int) -> Export | None:
    """An export that this agent asked for, detached; None for those of others."""
    asked = select(Export).where(Export.id == export_id, Export.agent_id == actor.agent_id).options(defer(Export.ids))
    found: Export | None = reading().scalars(asked).first()
    return found


def all_own(actor: Actor) -> Sequence[Any]:
    """What this agent exported within the last day, the newest first."""
    shown = (
        Export.id,
        Export.label,
        Export.state,
        Export.total,
        Export.done,
        Export.filename,
        Export.size,
        Export.created_at,
    )
    mine = select(*shown).where(Export.agent_id == actor.agent_id)
    return reading().all(mine.order_by(Export.id.desc()).limit(50))


def cancel(actor: Actor, export_id: int) -> None:
    """End one's own export; nothing is left of it but that it was asked for."""

    def work(session: Session) -> None:
        mine = update(Export).where(
            Export.id == export_id, Export.agent_id == actor.agent_id, Export.state == "running"
        )
        session.execute(mine.values(state="cancelled"))
        session.execute(delete(Piece).where(Piece.export_id == export_id))

    transact(work)


def write_some() -> int:
    """The job: rows of the oldest export that is not over, for a few seconds; how many steps."""
    until, steps = monotonic() + LONGEST, 0
    while monotonic() < until:
        release()
        oldest = select(Export).where(Export.state == "running").order_by(Export.id).limit(1)
        export: Export | None = reading().scalars(oldest).first()
        if export is None:
            break
        actor = actors.agent_actor(export.agent_id)
        with force_locale((actor and actor.locale) or site().settings.get("core", CoreSettings).default_locale):
            _step(export, actor)
        steps += 1
    return steps


def _step(export: Export, actor: Actor | None) -> None:
    """The next rows, or the file if there are none; an export that cannot be written ends, so that it does not hold up others."""
    try:
        if actor is None:
            _end(export.id, state="failed")
        elif export.done < export.total:
            _write(export, actor)
        else:
            _finish(export, actor)
    except Exception:
        _end(export.id, state="failed")
        raise


def _write(export: Export, actor: Actor) -> None:
    """Some more rows, of tickets that the actor may still see and export."""
    ids = export.ids[export.done : export.done + STEP]
    seen = set(reading().scalars(select(Ticket.id).where(Ticket.id.in_(ids), scope(actor))))
    rows = [
        row for row in listing.rows([one for one in ids if one in seen]) if actor.may(PERMISSION, row.department_id)
    ]
    known = columns.known()
    cells = columns.cells([known[name] for name in export.columns if name in known], rows)
    packed = [[files.packed(value) for value in row] for row in cells]

    def work(session: Session) -> None:
        here = update(Export).where(Export.id == export.id, Export.state == "running", Export.done == export.done)
        if session.execute(here.values(done=export.done + len(ids))).rowcount:  # type: ignore[attr-defined]  # of a cursor
            session.execute(insert(Piece).values(export_id=export.id, place=export.done, rows=packed))

    transact(work)


def _finish(export: Export, actor: Actor) -> None:
    """Make the file out of the rows, and keep it for a day."""
    known = columns.known()
    heads = [str(known[name].label) for name in export.columns if name in known]
    zone = ZoneInfo(actor.timezone or site().settings.get("core", CoreSettings).timezone)
    content = files.made(export.form, heads, _rows(export.id, zone))
    digest, storage = attachments.put(content)
    name = files.open_name(export.label, clock.now().astimezone(zone), export.form)
    kept = {"filename": attachments.safe_name(name), "size": len(content), "sha256": digest, "storage": storage}
    _end(export.id, state="done", **kept)


def _rows(export_id: int, zone: ZoneInfo) -> Iterator[list[Any]]:
    """The rows that were written, piece by piece."""
    places = list(reading().scalars(select(Piece.place).where(Piece.export_id == export_id).order_by(Piece.place)))
    for place in places:
        piece = select(Piece.rows).where(Piece.export_id == export_id, Piece.place == place)
        for row in reading().scalar(piece) or ():
            yield [files.unpacked(value, zone) for value in row]


def _end(export_id: int, **values: Any) -> None:
    """Note the end."""

    def work(session: Session) -> None:
        running = update(Export).where(Export.id == export_id, Export.state == "running")
        is_kept = session.execute(running.values(**values, ids=[])).rowcount  # type: ignore[attr-defined]  # of a cursor
        if is_kept and values.get("sha256"):  # it may have been cancelled while its file was made
            attachments.claim(session, owner(export_id), [values["sha256"]])
        session.execute(delete(Piece).where(Piece.export_id == export_id))

    transact(work)


def owner(export_id: int) -> str:
    """The name under which a file is kept."""
    return f"export:{export_id}"


def forget_old() -> int:
    """The job: let go of files that were made more than a day ago; how many."""
    release()
    old = list(reading().scalars(select(Export.id).where(Export.created_at < clock.now() - KEPT_FOR).limit(100)))

    def work(session: Session) -> None:
        attachments.disclaim(session, *map(owner, old))
        session.execute(delete(Export).where(Export.id.in_(old)))

    if old:
        transact(work)
    return len(old)
