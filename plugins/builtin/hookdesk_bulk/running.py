"""Working on a run: a slice of tickets at a time, each by itself, so that one that fails does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Row, or_, select, update
from sqlalchemy.orm import Session

from hookdesk.api import (
    Actor,
    CoreSettings,
    Forbidden,
    NotFound,
    TicketView,
    access_ticket,
    actors,
    clock,
    reading,
    release,
    site,
    tickets,
    transact,
)
from hookdesk_bulk import actions
from hookdesk_bulk.actions import Offered
from hookdesk_bulk.models import Item, Run

AT_ONCE = 25
"""So many tickets are changed within the request; more by the job."""
ALONE = timedelta(minutes=2)
"""For so long the job leaves such a run to its request: two at one run would do everything twice."""
SLICE = 20
"""Tickets after which a run can be cancelled."""
LONGEST = 4.0
"""Seconds after which the job gives others a turn."""

Work = Callable[[Actor, TicketView, Row[Any]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went with one ticket: what undoes the change, or why there was none."""

    place: int
    kept: Mapping[str, Any] | None = None
    reason: str = ""


def run_some() -> int:
    """The job: slices of the oldest run that is not over, for a few seconds; how many tickets were handled."""
    until, done = monotonic() + LONGEST, 0
    while monotonic() < until:
        release()
        waiting = or_(Run.total > AT_ONCE, Run.created_at < clock.now() - ALONE)
        oldest = select(Run.id, Run.agent_id).where(Run.state == "running", waiting).order_by(Run.id).limit(1)
        run = reading().first(oldest)
        if run is None:
            break
        actor = actors.agent_actor(run.agent_id)
        with force_locale((actor and actor.locale) or site().settings.get("core", CoreSettings).default_locale):
            done += advance(run.id, actor) or 1
    return done


def advance(run_id: int, actor: Actor | None) -> int:
    """Handle the next tickets of a run; how many. None are left: the run is done."""
    release()
    run = reading().first(select(*Run.__table__.columns).where(Run.id == run_id, Run.state == "running"))
    if run is None:
        return 0
    known = actions.known().get(run.action)
    together = known is not None and known.action.together is not None and run.undoes_id is None
    waiting = select(Item.place, Item.ticket_id, Item.kept).where(Item.run_id == run_id, Item.state == "waiting")
    items = reading().all(waiting.order_by(Item.place).limit(run.total if together else SLICE))
    for ended in _handled(run, items, known, actor):
        transact(lambda session, ended=ended: _store(session, run_id, ended))  # type: ignore[misc]  # called at once
    return len(items)


def _handled(
    run: Row[Any], items: Sequence[Row[Any]], known: Offered | None, actor: Actor | None
) -> Iterator[Sequence[Ended]]:
    """Each of these tickets handled, and told of at once: if the process dies, what is done is not done again."""
    if known is None or actor is None:
        why = _("There is no such action any longer.") if known is None else _("You do not work here any longer.")
        yield [Ended(item.place, reason=why) for item in items]
    elif run.undoes_id is None and known.action.together is not None:
        yield _together(actor, items, known, run.given)
    else:
        work = _applying(known, run.given) if run.undoes_id is None else _undoing(known)
        for item in items:
            yield [_one(actor, item, known, work)]


def _applying(known: Offered, values: Mapping[str, Any]) -> Work:
    """The action itself."""
    return lambda actor, view, item: known.action.apply(actor, view, values)


def _undoing(known: Offered) -> Work:
    """What takes it back."""

    def work(actor: Actor, view: TicketView, item: Row[Any]) -> None:
        if known.action.undo is not None:
            known.action.undo(actor, view, item.kept or {})

    return work


def _one(actor: Actor, item: Row[Any], known: Offered, work: Work) -> Ended:
    """One ticket, under the guard."""

    def run() -> Mapping[str, Any] | None:
        return work(actor, _view(actor, item, known), item)

    kept, reason = _tried(known, run)
    return Ended(item.place, kept, reason)


def _view(actor: Actor, item: Row[Any], known: Offered) -> TicketView:
    """The ticket, if the guard lets it through; what an action has put into the bin is undone from there.

    Raises:
        NotFound, Forbidden: as the guard says.
    """
    try:
        return access_ticket(actor, item.ticket_id or 0, known.action.permission)
    except NotFound:
        if item.kept is None:
            raise
        return access_ticket(actor, item.ticket_id or 0, known.action.permission, binned=True)


def _together(actor: Actor, items: Sequence[Row[Any]], known: Offered, values: Mapping[str, Any]) -> list[Ended]:
    """All tickets that the guard lets through, in one call; what undoes it is kept with the first."""
    views: list[TicketView] = []
    ended: list[Ended] = []
    passed: list[int] = []
    for item in items:
        _kept, reason = _tried(known, lambda item=item: _let_in(actor, item, known, views))  # type: ignore[misc]  # called at once
        if reason:
            ended.append(Ended(item.place, reason=reason))
        else:
            passed.append(item.place)
    together = known.action.together
    assert together is not None  # else it would not have come here
    kept, reason = _tried(known, lambda: together(actor, views, values)) if views else (None, "")
    return ended + [Ended(place, None if number else kept, reason) for number, place in enumerate(passed)]


def _let_in(actor: Actor, item: Row[Any], known: Offered, views: list[TicketView]) -> None:
    """Add a ticket to those that go together."""
    views.append(access_ticket(actor, item.ticket_id or 0, known.action.permission))


def _tried(known: Offered, work: Callable[[], Mapping[str, Any] | None]) -> tuple[Mapping[str, Any] | None, str]:
    """What came of it, and why nothing did; an error is its plugin's and stays with that ticket."""
    try:
        return work(), ""
    except NotFound:
        return None, _("It is gone, or not yours to see any longer.")
    except Forbidden as problem:
        return None, problem.reason or _("You lack the permission for it.")
    except tickets.TicketProblem as problem:
        return None, str(problem)
    except Exception as error:
        site().hooks.recorder.failed(known.plugin, "bulk_actions", error)
        return None, _("Something went wrong; it was noted for the administrators.")


def _store(session: Session, run_id: int, ended: Sequence[Ended]) -> None:
    """Note how it went, and the end of the run once nothing waits."""
    for one in ended:
        state = "failed" if one.reason else "changed"
        here = update(Item).where(Item.run_id == run_id, Item.place == one.place)
        session.execute(here.values(state=state, reason=one.reason, kept=dict(one.kept) if one.kept else None))
    failed = sum(bool(one.reason) for one in ended)
    counted = {"failed": Run.failed + failed, "changed": Run.changed + len(ended) - failed}
    session.execute(update(Run).where(Run.id == run_id).values(**counted))
    waiting = select(Item.place).where(Item.run_id == run_id, Item.state == "waiting").limit(1)
    if session.scalar(waiting) is None:
        session.execute(update(Run).where(Run.id == run_id, Run.state == "running").values(state="done"))
