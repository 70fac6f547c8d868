"""Runs: begun, cancelled, taken back, forgotten. What happens to each ticket stands in `running`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session, aliased

from hookdesk.api import Actor, BulkAction, clock, reading, transact, wake
from hookdesk_bulk import actions, running
from hookdesk_bulk.models import Item, Run
from hookdesk_bulk.selection import Chosen

KEPT_FOR = timedelta(days=7)
JOB = "bulk.run"
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Order:
    """What an agent asked for: an action, its values, these in words, and the way back to the list."""

    action: BulkAction
    values: Mapping[str, Any]
    label: str
    way: str


def begin(actor: Actor, order: Order, chosen: Sequence[Chosen]) -> int:
    """Do it with each of the tickets, at once if they are few; the id of the run."""
    items = [{"number": one.number, "ticket_id": one.ticket_id, "kept": None} for one in chosen]
    run = Run(
        agent_id=actor.agent_id, action=order.action.name, label=order.label, given=dict(order.values), way=order.way,
        total=len(items), created_at=clock.now(),
    )  # fmt: skip
    return _start(actor, run, items)


def _start(actor: Actor, run: Run, items: Sequence[Mapping[str, Any]]) -> int:
    """Store a run with its tickets, then work on it here or in the job."""

    def work(session: Session) -> int:
        session.add(run)
        session.flush()
        session.execute(insert(Item), [{"run_id": run.id, "place": place, **item} for place, item in enumerate(items)])
        return run.id

    run_id = transact(work)
    if len(items) > running.AT_ONCE:
        wake(JOB)
    else:
        while running.advance(run_id, actor):
            pass
    return run_id


def cancel(actor: Actor, run_id: int) -> None:
    """End one's own run where it is; what was done stays done."""
    stopped = update(Run).where(Run.id == run_id, Run.agent_id == actor.agent_id, Run.state == "running")
    transact(lambda session: session.execute(stopped.values(state="cancelled")))


def undo(actor: Actor, run_id: int) -> int | None:
    """Take back what one's own run changed; the id of the run that does so, None if there is nothing to take back (any longer)."""
    run = own(actor, run_id)
    if run is None or not can_undo(run):
        return None
    changed = (
        select(Item.number, Item.ticket_id, Item.kept).where(Item.run_id == run_id, _undoable()).order_by(Item.place)
    )
    items = [dict(row._mapping) for row in reading().all(changed)]
    back = Run(
        agent_id=run.agent_id, action=run.action, label=_("Undo “%(what)s”", what=run.label), given={}, way=run.way,
        total=len(items), undoes_id=run.id, created_at=clock.now(),
    )  # fmt: skip
    return _start(actor, back, items)


def _undoable() -> Any:
    """The condition on tickets of a run that can be taken back."""
    return (Item.state == "changed") & Item.kept.is_not(None)


def can_undo(run: Run) -> bool:
    """True if a run is over, left what undoes it, and has not been taken back."""
    known = actions.known().get(run.action)
    if run.state == "running" or run.undoes_id is not None or known is None or known.action.undo is None:
        return False
    later = aliased(Run)
    taken_back = exists().where(later.undoes_id == run.id)
    asked = select(Item.place).where(Item.run_id == run.id, _undoable(), ~taken_back).limit(1)
    return reading().scalar(asked) is not None


def own(actor: Actor, run_id: int) -> Run | None:
    """A run that this agent began, detached; None for those of others."""
    asked = select(Run).where(Run.id == run_id, Run.agent_id == actor.agent_id)
    found: Run | None = reading().scalars(asked).first()
    return found


def of_last_days(actor: Actor) -> Sequence[Any]:
    """The actor's own runs that are not forgotten yet, the newest first."""
    columns = (Run.id, Run.label, Run.state, Run.total, Run.changed, Run.failed, Run.created_at)
    return reading().all(
        select(*columns).where(Run.agent_id == actor.agent_id).order_by(Run.id.desc()).limit(MOST_LISTED)
    )


def failures(run_id: int, most: int = 200) -> Sequence[Any]:
    """Tickets that stayed as they were, with the reason."""
    asked = select(Item.number, Item.reason).where(Item.run_id == run_id, Item.state == "failed")
    return reading().all(asked.order_by(Item.place).limit(most))


def forget_old() -> int:
    """The daily job: drop runs of more than a week ago; how many."""
    old = delete(Run).where(Run.created_at < clock.now() - KEPT_FOR, Run.state != "running")
    transact(lambda session: session.execute(old))
    return 0
