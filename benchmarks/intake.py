"""What one worker makes of a spool full of mails: how many a second, and how much memory that takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from statistics import median
from time import perf_counter, time_ns

from benchmarks import processes
from benchmarks.client import Unexpected
from benchmarks.figures import Figure, quantile
from benchmarks.instances import Instance, database_pids
from benchmarks.mail import children_s, pipe
from hookdesk.server.supervisor import HEAP
from hookdesk_email_in.pipe import WHOLE, envelope_head

NAMES = ("pipe_to_ticket", "intake", "intake_memory", "intake_large")
WARM, PIPED, COUNT, MANY = 200, 60, 1000, 10_000
SENDERS = 50
LARGE_BYTES = 25 * 1024 * 1024
PARAGRAPH = "Hello,\n\nthe display of my bike stays dark since this morning. I charged it overnight and tried another cable.\n\n"


@dataclass(frozen=True, slots=True)
class Drained:
    """What the worker told."""

    mails: int
    seconds: float
    cpu_s: float
    before_mb: float
    after_mb: float
    peak_mb: float


def measure(instance: Instance, wanted: Collection[str]) -> Iterator[Figure]:
    """The figures, each by a worker process of its own, on an instance whose changes are thrown away."""
    if "pipe_to_ticket" in wanted:
        yield pipe_to_ticket(instance)
    if "intake" in wanted:
        done = drained(instance, WARM + COUNT, WARM)
        each = done.seconds / done.mails * 1000
        cost = done.cpu_s / done.mails * 1000
        yield Figure("intake", instance.tickets, cost, each, rps=done.mails / done.seconds)
    if "intake_memory" in wanted:
        done = drained(instance, WARM + MANY, WARM)
        yield Figure("intake_memory", instance.tickets, mb=done.after_mb - done.before_mb)
    if "intake_large" in wanted:
        drained(instance, 1, 1)  # else what is imported at first use counted
        spool(instance, "large", large())
        done = drained(instance, WARM, WARM)
        yield Figure("intake_large", instance.tickets, mb=done.peak_mb - done.before_mb)


def pipe_to_ticket(instance: Instance) -> Figure:
    """From the call of the pipe until the ticket stands in the queue, one mail after the other, each taken by a turn of its own: CPU of the
    pipe, of the worker and of the database.
    """
    for number in range(WARM):
        spool(instance, f"{number}", letter(number))
    worker = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.draining", str(WARM), "turns"],
        env={**HEAP, **os.environ, **instance.environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdout.readline()  # it is warm
    before, times = children_s() + processes.cpu_s(database_pids(instance)), []
    for number in range(PIPED):
        started = perf_counter()
        pipe(instance, letter(WARM + number))
        print(file=worker.stdin, flush=True)
        worker.stdout.readline()
        times.append((perf_counter() - started) * 1000)
    used = children_s() + processes.cpu_s(database_pids(instance)) - before
    told = json.loads(worker.communicate()[0])
    if told["mails"] != PIPED:
        raise Unexpected(f"{told['mails']} of {PIPED} mails were taken")
    cost = (used + told["cpu_s"]) / PIPED * 1000
    return Figure("pipe_to_ticket", instance.tickets, cost, median(times), quantile(times, 0.95))


def drained(instance: Instance, count: int, warm: int) -> Drained:
    """Lay so many mails into the spool, and let a worker drain it.

    Raises:
        Unexpected: it failed, or a mail did not become a ticket.
    """
    for number in range(count):
        spool(instance, f"{number}", letter(number))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.draining", str(warm)],
        env={**HEAP, **os.environ, **instance.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unexpected(f"the worker failed: {done.stderr.strip()}")
    told = json.loads(done.stdout)
    ledger = told.pop("ledger")
    if ledger["pending"] or ledger["quarantined"]:
        raise Unexpected(f"not every mail became a ticket: {ledger}")
    return Drained(**told)


def spool(instance: Instance, name: str, mail: bytes) -> None:
    """Lay a mail where `hookdesk-pipe` would; without its fsync, for nobody depends on it."""
    folder = instance.folder / "spool" / "new"
    folder.mkdir(parents=True, exist_ok=True)
    head = envelope_head({"sender": "grace@example.org", "recipient": "support@example.net"})
    (folder / f"{time_ns():020d}-{os.getpid()}-{name}{WHOLE}").write_bytes(head + mail)


def letter(number: int) -> bytes:
    """A mail of 2 kB."""
    mail = EmailMessage()
    mail["From"] = f"Grace Hopper <grace.{number % SENDERS}@example.org>"
    mail["To"] = "support@example.net"
    mail["Subject"] = f"Spooled mail {number}"
    mail["Message-ID"] = f"<{number}.{os.urandom(8).hex()}@example.org>"
    mail.set_content(f"This is about order {number}.\n\n" + PARAGRAPH * 14 + "Grace\n")  # equal mails would be a loop
    return mail.as_bytes()


def large() -> bytes:
    """A mail with an attachment of 25 MB that does not compress."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Grace Hopper <grace@example.org>", "support@example.net"
    mail["Subject"], mail["Message-ID"] = "Spooled mail, large", f"<large.{os.urandom(8).hex()}@example.org>"
    mail.set_content(PARAGRAPH)
    mail.add_attachment(os.urandom(LARGE_BYTES), "application", "octet-stream", filename="film.bin")
    return mail.as_bytes()
