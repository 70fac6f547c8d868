"""How a hint travels: through Redis where it answers, else as an empty file in the instance that the worker looks for each second."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, cast

from flask import has_app_context

from hookdesk.config import Config
from hookdesk.site import Site, site

if TYPE_CHECKING:
    from hookdesk.wakeup.queue import WakeQueue

log = logging.getLogger(__name__)
REST_S = 1.0
"""After a failure Redis is left alone for this long, so that an outage does not slow each request down."""
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_QUEUE, _REST = "wakeup.queue", "wakeup.rest_until"


def wake(name: str) -> None:
    """Ask for a run of the job `name` soon. It never fails: without Redis and without a disk the job runs when it is next due."""
    if not has_app_context():
        return
    here = site()
    if monotonic() >= cast(float, here.extra.get(_REST, 0.0)):
        try:
            queue = queue_of(here)
            if queue is not None:
                queue.put(name)
                return
        except Exception as error:  # whatever Redis or its client raise: what is to be done is stored already
            here.extra[_REST] = monotonic() + REST_S
            log.warning("Redis did not take the wake-up of job %s (%s)", name, error)
    leave_file(here.config, name)


def queue_of(here: Site) -> WakeQueue | None:
    """The queue of this process, made at first use; None while the embedded server's socket is absent (then Redis is not even imported)."""
    if not here.config.redis_url and not Path(here.config.redis.removeprefix("unix://")).exists():
        return None
    queue = here.extra.get(_QUEUE)
    if queue is None:
        from hookdesk.wakeup.queue import WakeQueue

        queue = here.extra[_QUEUE] = WakeQueue(here.config.redis)
    return cast("WakeQueue", queue)


def folder(config: Config) -> Path:
    """Where wake-up files lie. A program too small for Redis's client (the mail pipe) may put one there, named like the job."""
    return config.instance / "run" / "wake"


def leave_file(config: Config, name: str) -> None:
    """Leave a wake-up file; a full or read-only disk only costs time. Where there is no folder for it, there is no worker either."""
    try:
        (folder(config) / name).touch()
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("job %s was not woken (%s)", name, error)


def take_files(config: Config) -> list[str]:
    """The jobs that were asked for by file; each file is removed, and what is no job's name is ignored."""
    names: list[str] = []
    try:
        found = sorted(folder(config).iterdir())
    except OSError:
        return names
    for file in found:
        if NAME.fullmatch(file.name):
            file.unlink(missing_ok=True)
            names.append(file.name)
    return names
