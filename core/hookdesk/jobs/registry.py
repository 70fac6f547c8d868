"""Which jobs there are: core's own, and those of the plugins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l

from hookdesk.hookspecs import RunningHooks
from hookdesk.jobs.cleanup import clean_up
from hookdesk.outbox import OUTBOX, deliveries, dispatcher
from hookdesk.outbox.deadletters import DELIVERIES
from hookdesk.services import attachments, bin, intake
from hookdesk.site import Site, site
from hookdesk.types.jobs import Job

CORE = "core"
_JOBS = "jobs.registry"


@dataclass(frozen=True, slots=True)
class Entry:
    """A job and who brings it. `is_pending` is a cheap look whether there is work: an idle worker asks it each second."""

    job: Job
    plugin: str = CORE
    is_pending: Callable[[], bool] | None = None


def _core_jobs() -> list[Entry]:
    """Core's jobs. The first three are found by looking, so their schedule is only a belt to those braces."""
    rarely, daily = timedelta(minutes=10), timedelta(hours=24)
    return [
        Entry(
            Job(OUTBOX, dispatcher.dispatch, rarely, _l("Hand events to their subscribers"), dispatcher.next_at),
            is_pending=dispatcher.is_pending,
        ),
        Entry(
            Job(DELIVERIES, deliveries.retry_due, rarely, _l("Try failed deliveries again")),
            is_pending=deliveries.is_pending,
        ),
        Entry(
            Job("intake", intake.process_due, rarely, _l("Process what came in and is not settled")),
            is_pending=intake.is_pending,
        ),
        Entry(Job("attachments", attachments.sweep, attachments.TURN, _l("Remove stored files that nothing names"))),
        Entry(Job("bin", bin.sweep, timedelta(hours=1), _l("Delete for good what has been in the bin for long"))),
        Entry(Job("cleanup", clean_up, daily, _l("Remove old sessions, tokens, logs and errors"))),
    ]


def jobs() -> dict[str, Entry]:
    """Every job by name. A plugin's job that is not named after its plugin, or doubles another's name, is left out and recorded."""
    here = site()
    known = here.extra.get(_JOBS)
    if known is None:
        known = here.extra[_JOBS] = _collect(here)
    assert isinstance(known, dict)
    return known


def _collect(here: Site) -> dict[str, Entry]:
    """Core's jobs and those of the enabled plugins."""
    found = {entry.job.name: entry for entry in _core_jobs()}
    for plugin, job in here.hooks.attributed(RunningHooks.scheduled_jobs):
        if job.name in found or not job.name.startswith(f"{plugin}."):
            problem = ValueError(f"the job {job.name!r} must be named {plugin}.<something>, once")
            here.hooks.recorder.failed(plugin, "scheduled_jobs", problem)
            continue
        found[job.name] = Entry(job, plugin)
    return found
