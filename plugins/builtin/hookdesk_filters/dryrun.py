"""Dry runs: which past tickets a rule would have matched, and what would have changed. A job does them, in steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from hookdesk.api import Actor, Ticket, clock, log, reading, release, scope, system, transact, wake
from hookdesk_filters import effects, past
from hookdesk_filters.models import Run, RunTicket
from hookdesk_filters.rules import RuleProblem, RuleValues, checked

JOB = "filters.dry_run"
STEPS = {"sql": 20_000, "values": 4_000, "messages": 200}
"""Tickets that one step goes through, by how they are decided; between steps the run can be seen and cancelled."""
MOST_KEPT = 500
"""Tickets that a run names; it counts all of them."""
LONGEST = 4.0
"""Seconds after which the job gives others a turn."""
PERIODS = (7, 30, 90, 365)
OPEN = ("waiting", "running")


def ask(actor: Actor, values: RuleValues, days: int, rule_id: int | None = None) -> int:
    """Have a rule tried, saved or not; the id of the run.

    Raises:
        RuleProblem: it could not be saved either.
    """
    good = checked(values)
    first, last = _span(days)

    def work(session: Session) -> int:
        run = Run(
            rule_id=rule_id, rule=good.as_json(), days=days, first_id=first, last_id=last, cursor=first - 1,
            asked_by=actor.name, created_at=clock.now(),
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id

    run_id = transact(work)
    wake(JOB)
    return run_id


def _span(days: int) -> tuple[int, int]:
    """The lowest and the highest id of the period's tickets."""
    since = clock.now() - timedelta(days=days)
    everything = scope(system("filters"))
    asked = select(func.min(Ticket.id), func.max(Ticket.id)).where(Ticket.created_at >= since, everything)
    row = reading().first(asked)
    return (row[0], row[1]) if row and row[0] is not None else (1, 0)


def cancel(run_id: int) -> None:
    """End a run that is not done."""
    stopped = update(Run).where(Run.id == run_id, Run.state.in_(OPEN)).values(state="cancelled")
    transact(lambda session: session.execute(stopped))


def one(run_id: int) -> Run | None:
    """A run, detached."""
    found: Run | None = reading().scalars(select(Run).where(Run.id == run_id)).first()
    return found


def latest(rule_id: int) -> Run | None:
    """The newest run of a rule."""
    found: Run | None = (
        reading().scalars(select(Run).where(Run.rule_id == rule_id).order_by(Run.id.desc()).limit(1)).first()
    )
    return found


def run_some() -> int:
    """The job: steps of the oldest open run, for a few seconds at most; how many steps."""
    until, done = monotonic() + LONGEST, 0
    while monotonic() < until:
        release()
        run_id = reading().scalar(select(Run.id).where(Run.state.in_(OPEN)).order_by(Run.id).limit(1))
        if run_id is None:
            break
        step(int(run_id))
        done += 1
    return done


def step(run_id: int) -> None:
    """Go through the next tickets of a run; what goes wrong ends it, with words."""
    run = one(run_id)
    if run is None or run.state not in OPEN:
        return
    began = monotonic()
    try:
        effect = effects.of(RuleValues.from_json(run.rule))
        upto = min(run.cursor + STEPS[past.how(effect)], run.last_id)
        since = run.created_at - timedelta(days=run.days)
        span = (run.cursor + 1, upto, since)
        found = past.tickets(effect, *span) if run.cursor < run.last_id else []
        looked = past.counted(*span)
    except RuleProblem as problem:
        _fail(run_id, str(problem))
        return
    except Exception as error:
        _fail(run_id, f"{type(error).__name__}: {error}")
        raise
    _store(run, upto, found, looked, round((monotonic() - began) * 1000))


def _store(run: Run, upto: int, found: Sequence[past.Tried], looked: int, took: int) -> None:
    """What a step found, unless the run was cancelled meanwhile."""
    counted = {name: sum(item.outcome == name for item in found) for name in ("changed", "same", "contested")}
    room = max(0, MOST_KEPT - run.matched)
    rows = [
        {"run_id": run.id, "ticket_id": item.id, "outcome": item.outcome, "changes": dict(item.changes), "other": item.other}
        for item in found[:room]
    ]  # fmt: skip
    is_done = upto >= run.last_id

    def work(session: Session) -> None:
        now = session.get(Run, run.id, with_for_update=True)
        if now is None or now.state not in OPEN or now.cursor != run.cursor:
            return
        now.cursor, now.looked_at = upto, now.looked_at + looked
        now.matched += len(found)
        now.changed += counted["changed"]
        now.same += counted["same"]
        now.contested += counted["contested"]
        now.milliseconds += took
        now.state = "done" if is_done else "running"
        if rows:
            session.execute(insert(RunTicket), rows)

    release()
    transact(work)


def _fail(run_id: int, problem: str) -> None:
    """End a run with its reason."""

    def work(session: Session) -> None:
        session.execute(update(Run).where(Run.id == run_id).values(state="failed", problem=problem[:2000]))
        log.write(session, "warning", "filters", f"dry run {run_id} failed: {problem}")

    release()
    transact(work)


def found(actor: Actor, run_id: int, outcome: str, after: int = 0, limit: int = 50) -> list[Mapping[str, Any]]:
    """Tickets of a run with one outcome, of those that the actor sees, the newest first; `after` is the last ticket that was shown."""
    asked = (
        select(RunTicket.ticket_id, RunTicket.changes, RunTicket.other, Ticket.number, Ticket.subject)
        .join(Ticket, Ticket.id == RunTicket.ticket_id)
        .where(RunTicket.run_id == run_id, RunTicket.outcome == outcome, scope(actor))
        .order_by(RunTicket.ticket_id.desc())
        .limit(limit)
    )
    if after:
        asked = asked.where(RunTicket.ticket_id < after)
    return [row._asdict() for row in reading().all(asked)]
