"""What the admin sees of the jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from hookdesk.db.context import reading
from hookdesk.jobs.registry import jobs
from hookdesk.models import JobRun
from hookdesk.site import site
from hookdesk.wakeup import wake


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job and its last run. `finished_at` is None while it runs, or if it was cut off; `done` counts what the last run did."""

    name: str
    plugin: str
    doc: str
    every: timedelta
    started_at: datetime | None
    finished_at: datetime | None
    due_at: datetime | None
    done: int
    error: str


def overview() -> list[JobLine]:
    """All jobs of the enabled plugins and of core, by name."""
    columns = (JobRun.name, JobRun.started_at, JobRun.finished_at, JobRun.due_at, JobRun.done, JobRun.error)
    runs = {row.name: row for row in reading().all(select(*columns))}
    lines = []
    for name, entry in sorted(jobs().items()):
        told = (name, entry.plugin, entry.job.doc, entry.job.every)
        last = tuple(runs[name])[1:] if name in runs else (None, None, None, 0, "")
        lines.append(JobLine(*told, *last))
    return lines


def run_now(name: str) -> bool:
    """Ask for a run; False if there is no such job."""
    if name not in jobs():
        return False
    wake(name)
    return True


def run_here(name: str) -> int:
    """Run a job in this process until it has nothing to do, for commands; how much it did, 0 if there is no such job."""
    entry, done = jobs().get(name), 0
    while entry is not None and (count := entry.job.run()) > 0:
        done += count
    site().plugins.flush()
    return done
