"""One process that reads a mailbox: `python -m benchmarks.fetching PORT USER PASSWORD`, one JSON object.

The mails are stored and committed, as on a site; what becomes of them is the intake's measurement, not this one's.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from time import perf_counter, process_time, sleep

from sqlalchemy import select

from benchmarks.draining import rss_mb
from hookdesk.api import reading, system
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_mailboxes import connecting, fetching, holding, services
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.protocols import Connection

POLLS = 200


def main() -> None:
    """Read it, then look again and again, and tell what that took."""
    port, user, password = sys.argv[1:]
    app = create_app(load(Path(os.environ["HOOKDESK_INSTANCE"]), os.environ))
    with app.app_context():
        values = services.Values("support@example.net", "imap", "localhost", int(port), "none", user, password)
        found = reading().scalar(select(Mailbox.id).where(Mailbox.username == user))
        mailbox_id = found or services.save(system(), values)
        while (mailbox := holding.take(mailbox_id)) is None:  # whoever read it was killed, and holds it a while
            sleep(1)
        connection, _expires = connecting.connect(mailbox)
        before, started, cpu = rss_mb(), perf_counter(), process_time()
        taken = fetching.look(mailbox, connection).taken
        told = {"taken": taken, "seconds": perf_counter() - started, "cpu_s": process_time() - cpu}
        told["grown_mb"] = rss_mb() - before
        told |= _poll(mailbox, connection)
        connection.close()
    print(json.dumps(told))


def _poll(mailbox: Mailbox, connection: Connection) -> dict[str, float]:
    """What a look with nothing new takes, once it is sure of that."""
    fetching.look(mailbox, connection)
    started, cpu = perf_counter(), process_time()
    for _ in range(POLLS):
        fetching.look(mailbox, connection)
    return {
        "poll_ms": (perf_counter() - started) / POLLS * 1000,
        "poll_cpu_ms": (process_time() - cpu) / POLLS * 1000,
    }


if __name__ == "__main__":
    main()
