"""How long the details of decisions are kept."""

from __future__ import annotations

from datetime import timedelta

from hookdesk.api import clock, decisions, transact
from hookdesk_why.settings import Settings

BATCH = 500


def compact(settings: Settings) -> int:
    """Drop the details of one batch of old decisions; how many it were."""
    if not settings.keep_days:
        return 0
    before = clock.now() - timedelta(days=settings.keep_days)
    return transact(lambda session: decisions.compact(session, before, BATCH))
