"""One worker that drains a spool full of mails, in a process of its own: `python -m benchmarks.draining WARM`, one JSON object.

The first WARM mails come before the measuring begins: by then everything is imported and every cache filled. With `turns` behind WARM the
job then runs once for each line that comes in, as a worker runs it, and tells of the end of each turn with a line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

from flask import Flask

from hookdesk.api import intake, release, site
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk.jobs.engine import Engine
from hookdesk.jobs.watchdog import Watchdog
from hookdesk_email_in import services


def main() -> None:
    """Drain, and tell what it took."""
    warm = int(sys.argv[1])
    app = create_app(load(Path(os.environ["HOOKDESK_INSTANCE"]), os.environ))
    taken = 0
    with app.app_context():
        while taken < warm:
            taken += _batch()
        before, started, cpu, known = rss_mb(), perf_counter(), process_time(), taken
        for batch in _turns(app) if "turns" in sys.argv else iter(_batch, 0):
            taken += batch
        seconds, cpu_s = perf_counter() - started, process_time() - cpu
        told = {
            "mails": taken - known, "seconds": seconds, "cpu_s": cpu_s, "before_mb": before, "after_mb": rss_mb(),
            "peak_mb": peak_mb(), "ledger": intake.ledger(),
        }  # fmt: skip
    print(json.dumps(told))


def _batch() -> int:
    """One turn of the job, as a worker runs it."""
    try:
        return services.drain()
    finally:
        release()


def _turns(app: Flask) -> Iterator[int]:
    """How many mails each turn took, with all that a worker does around it: the lease, the notes about the run."""
    engine = Engine(app, Watchdog(site()), lambda: False)
    print(flush=True)
    for _line in sys.stdin:
        yield engine.run(services.DRAIN)
        print(flush=True)


def rss_mb() -> float:
    """Resident memory in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def peak_mb() -> float:
    """The most that this program had in memory. `ru_maxrss` goes on from the peak of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    main()
