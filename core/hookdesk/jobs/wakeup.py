"""Waking a job by name: a hint through Redis that never fails whoever gives it."""

from __future__ import annotations

import logging
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, cast

from flask import has_app_context

from hookdesk.config import Config
from hookdesk.site import Site, site

if TYPE_CHECKING:
    from hookdesk.jobs.queue import JobQueue

log = logging.getLogger(__name__)
REST_S = 1.0
"""After a failed wake-up Redis is left alone for this long, so that an outage does not slow every request down."""
_QUEUE, _REST = "jobs.queue", "jobs.rest_until"


def wake(name: str) -> None:
    """Ask for a run of the job `name` soon. Without Redis nothing happens: the worker looks into the database by itself."""
    if not has_app_context():
        return
    here = site()
    if monotonic() < cast(float, here.extra.get(_REST, 0.0)):
        return
    try:
        queue = queue_of(here)
        if queue is not None:
            queue.put(name)
    except Exception as error:  # whatever Redis or its client raise: the row is stored, so the wake-up may fail
        here.extra[_REST] = monotonic() + REST_S
        log.warning("job %s was not woken (%s: %s); it runs when it is next due", name, type(error).__name__, error)


def is_reachable(config: Config) -> bool:
    """False if the embedded server's socket is absent: then Redis's client is not even imported."""
    return bool(config.redis_url) or Path(config.redis.removeprefix("unix://")).exists()


def queue_of(here: Site) -> JobQueue | None:
    """The queue of this process, made on first use; None while there is no server."""
    if not is_reachable(here.config):
        return None
    queue = here.extra.get(_QUEUE)
    if queue is None:
        from hookdesk.jobs.queue import JobQueue

        queue = here.extra[_QUEUE] = JobQueue(here.config.redis)
    return cast("JobQueue", queue)
