"""Forgetting: what rules did a year ago, dry runs of last week, and turns that nobody needs any more."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hookdesk.api import clock, transact
from hookdesk_filters.models import Hit, Run, Turn

JOB = "filters.tidy"
HITS_KEPT, RUNS_KEPT = timedelta(days=365), timedelta(days=7)
BATCH = 1000


def forget() -> int:
    """One batch; how many rows went."""

    def work(session: Session) -> int:
        old_hits = select(Hit.id).where(Hit.happened_at < clock.now() - HITS_KEPT).limit(BATCH)
        old_runs = select(Run.id).where(Run.created_at < clock.now() - RUNS_KEPT).limit(20)
        last = select(func.max(Turn.id)).group_by(Turn.pool, Turn.agent_id)
        old_turns = select(Turn.id).where(Turn.id.not_in(last)).limit(BATCH)
        gone = 0
        for model, old in ((Hit, old_hits), (Run, old_runs), (Turn, old_turns)):
            ids = list(session.scalars(old))
            if ids:
                session.execute(delete(model).where(model.id.in_(ids)))
            gone += len(ids)
        return gone

    return transact(work)
