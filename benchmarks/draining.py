"""One worker that drains a spool full of mails, in a process of its own: `python -m benchmarks.draining WARM`, one JSON object.

The first WARM mails come before the measuring begins: by then everything is imported and every cache filled.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from time import perf_counter, process_time

from hookdesk.api import intake, release
from hookdesk.app import create_app
from hookdesk.config import load
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
        while batch := _batch():
            taken += batch
        seconds, cpu_s = perf_counter() - started, process_time() - cpu
        told = {
            "mails": taken - known, "seconds": seconds, "cpu_s": cpu_s, "before_mb": before, "after_mb": rss_mb(),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, "ledger": intake.ledger(),
        }  # fmt: skip
    print(json.dumps(told))


def _batch() -> int:
    """One turn of the job, as a worker runs it."""
    try:
        return services.drain()
    finally:
        release()


def rss_mb() -> float:
    """Resident memory in MB (10^6 bytes)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
