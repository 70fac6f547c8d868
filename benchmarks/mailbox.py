"""What reading a mailbox costs: the first look into a full one on a real Dovecot, and a look with nothing new."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.servers import dovecot

from benchmarks.client import Unexpected
from benchmarks.figures import Figure
from benchmarks.instances import Instance
from benchmarks.intake import letter

NAMES = ("imap_sync", "imap_poll")
COUNT = int(os.environ.get("HOOKDESK_BENCH_MAILS", "5000"))
USER = "measured"


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures; none where there is no Dovecot.

    Raises:
        Unexpected: the mailbox could not be read.
    """
    if not set(NAMES) & set(wanted) or shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return
    with tempfile.TemporaryDirectory(prefix="hd-", ignore_cleanup_errors=True) as name:
        dovecot.start(Path(name))
        server = dovecot.Dovecot(Path(name), json.loads((Path(name) / "ports.json").read_text()))
        try:
            server.deliver(USER, *map(letter, range(COUNT)))
            told = _read(instance, server)
        finally:
            server.stop()
    if told["taken"] != COUNT:
        raise Unexpected(f"{told['taken']} of {COUNT} mails were taken")
    if "imap_sync" in wanted:
        each, cost = told["seconds"] / COUNT * 1000, told["cpu_s"] / COUNT * 1000
        yield Figure("imap_sync", instance.tickets, cost, each, rps=COUNT / told["seconds"], mb=told["grown_mb"])
    if "imap_poll" in wanted:
        yield Figure("imap_poll", instance.tickets, told["poll_cpu_ms"], told["poll_ms"])


def _read(instance: Instance, server: dovecot.Dovecot) -> dict[str, float]:
    """Let a process of its own read it."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fetching", str(server.ports["imap"]), USER, dovecot.PASSWORD],
        env={**os.environ, **instance.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unexpected(f"the mailbox could not be read: {done.stderr.strip()}")
    told: dict[str, float] = json.loads(done.stdout)
    print(told, file=sys.stderr)
    return told
