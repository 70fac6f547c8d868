"""What reading a mailbox costs: the first look into a full one on a real Dovecot, and a look with nothing new."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from sqlalchemy import text
from tests.servers import dovecot

from benchmarks.client import Unexpected
from benchmarks.figures import Figure
from benchmarks.instances import Instance
from benchmarks.intake import letter

NAMES = ("imap_sync", "imap_poll", "imap_resume")
COUNT = int(os.environ.get("HOOKDESK_BENCH_MAILS", "5000"))


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures; none where there is no Dovecot.

    Raises:
        Unexpected: a mailbox could not be read, or a mail was lost or doubled.
    """
    if not set(NAMES) & set(wanted) or shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return
    if {"imap_sync", "imap_poll"} & set(wanted):
        with _filled(instance, "measured") as reader:
            told = _read(reader)
        each, cost = told["seconds"] / COUNT * 1000, told["cpu_s"] / COUNT * 1000
        yield Figure("imap_sync", instance.tickets, cost, each, rps=COUNT / told["seconds"], mb=told["grown_mb"])
        yield Figure("imap_poll", instance.tickets, told["poll_cpu_ms"], told["poll_ms"])
    if "imap_resume" in wanted:
        with _filled(instance, "resumed") as reader:
            seconds = _killed_midway(reader) + _read(reader)["seconds"]
        yield Figure("imap_resume", instance.tickets, p50_ms=seconds / COUNT * 1000, rps=COUNT / seconds)


@dataclass(frozen=True, slots=True)
class _Reader:
    """How to read a mailbox from an instance."""

    instance: Instance
    command: list[str]
    before: int

    def taken(self) -> int:
        """How many mails it has stored."""
        return _stored(self.instance) - self.before


@contextmanager
def _filled(instance: Instance, user: str) -> Iterator[_Reader]:
    """A Dovecot with a mailbox full of mails, each of which must be stored once when the block ends."""
    with tempfile.TemporaryDirectory(prefix="hd-", ignore_cleanup_errors=True) as name:
        dovecot.start(Path(name))
        server = dovecot.Dovecot(Path(name), json.loads((Path(name) / "ports.json").read_text()))
        words = [sys.executable, "-m", "benchmarks.fetching", str(server.ports["imap"]), user, dovecot.PASSWORD]
        reader = _Reader(instance, words, _stored(instance))
        try:
            server.deliver(user, *map(letter, range(COUNT)))
            yield reader
        finally:
            server.stop()
    if reader.taken() != COUNT:
        raise Unexpected(f"{reader.taken()} mails were taken, of {COUNT}")


def _killed_midway(reader: _Reader) -> float:
    """Begin to read, and be killed when half of it is stored; after how many seconds."""
    started = perf_counter()
    begun = subprocess.Popen(
        reader.command, env={**os.environ, **reader.instance.environment}, stdout=subprocess.DEVNULL
    )
    while reader.taken() < COUNT // 2 and begun.poll() is None:
        sleep(0.2)
    begun.kill()
    begun.wait()
    return perf_counter() - started


def _stored(instance: Instance) -> int:
    """How many raw mails there are."""
    engine = instance.engine()
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT count(*) FROM intake_record")).scalar_one())
    engine.dispose()
    return found


def _read(reader: _Reader) -> dict[str, float]:
    """Let a process of its own read it, or what is left of it."""
    environment = {**os.environ, **reader.instance.environment}
    done = subprocess.run(reader.command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unexpected(f"the mailbox could not be read: {done.stderr.strip()}")
    told: dict[str, float] = json.loads(done.stdout)
    return told
