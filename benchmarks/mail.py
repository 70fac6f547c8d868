"""What a mail costs: the pipe that the mail server calls, and all that a mail sets off on a running site."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter, sleep

from sqlalchemy import text

from benchmarks.client import Unexpected
from benchmarks.figures import Figure, quantile
from benchmarks.instances import Instance
from benchmarks.stack import Stack

PIPED, STORED = 40, 20
WAIT_S = 120.0


def letter(n: int) -> bytes:
    """A mail of usual size."""
    mail = EmailMessage()
    mail["From"] = f"Grace Hopper <grace.{n}@example.org>"
    mail["To"] = "support@example.net"
    mail["Subject"] = f"Measured mail {n}"
    mail["Message-ID"] = f"<{os.getpid()}.{n}.{os.urandom(4).hex()}@example.org>"
    mail.set_content("Hello,\n\nthe display of my bike stays dark since this morning.\n\n" * 8 + "Grace\n")
    return mail.as_bytes()


def _program() -> str:
    """The console script beside this interpreter, as a mail server would call it."""
    return str(Path(sys.executable).with_name("hookdesk-pipe"))


def children_s() -> float:
    """CPU seconds of the processes that were called and have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pipe(instance: Instance, raw: bytes) -> float:
    """Pipe one mail in; milliseconds until the process has ended.

    Raises:
        Unexpected: it did not take the mail.
    """
    started = perf_counter()
    done = subprocess.run(
        [_program()],
        input=raw,
        env={**os.environ, **instance.environment},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Unexpected(f"hookdesk-pipe failed: {done.stderr.decode(errors='replace').strip()}")
    return (perf_counter() - started) * 1000


class Mails:
    """The measurements on one running site."""

    def __init__(self, stack: Stack) -> None:
        """Notes the newest intake record: looking further back than that would cost more than what is measured."""
        self.stack, self.tickets = stack, stack.instance.tickets
        self._engine = stack.instance.engine()
        self._newest = self._asked("SELECT coalesce(max(id), 0) FROM intake_record")

    def pipe(self) -> Figure:
        """The process that the mail server waits for: CPU of all of it, start of the interpreter included."""
        for n in range(5):
            pipe(self.stack.instance, letter(n))
        before = children_s()
        times = [pipe(self.stack.instance, letter(n)) for n in range(5, 5 + PIPED)]
        cpu_ms = (children_s() - before) / PIPED * 1000
        self._wait_for(5 + PIPED)
        return Figure("pipe", self.tickets, cpu_ms, median(times), quantile(times, 0.95))

    def pipe_to_rest(self) -> Figure:
        """From the call of the pipe until the stack is at rest again, one mail after the other; CPU of the pipe and of the whole stack.

        That includes what a ticket sets off: the search index, alerts, the autoresponse, and the looking around meanwhile. The times are
        until the ticket is stored: a mail that is sent the moment the last one was taken waits for the worker's next look, a second later.
        """
        before, times = children_s() + self.stack.all_cpu_s(), []
        for n in range(STORED):
            known = self._stored()
            started = perf_counter()
            pipe(self.stack.instance, letter(1000 + n))
            self._wait_for(known + 1)
            times.append((perf_counter() - started) * 1000)
        self.stack.settle()
        cpu_ms = (children_s() + self.stack.all_cpu_s() - before) / STORED * 1000
        return Figure("pipe_to_rest", self.tickets, cpu_ms, median(times), quantile(times, 0.95))

    def _stored(self) -> int:
        """How many of our mails are tickets."""
        return self._asked(
            "SELECT count(*) FROM intake_record WHERE outcome = 'ticket' AND subject LIKE 'Measured mail %' AND id > :newest",
            newest=self._newest,
        )

    def _wait_for(self, count: int) -> None:
        """Wait until so many mails are tickets.

        Raises:
            Unexpected: they are not within two minutes.
        """
        until = perf_counter() + WAIT_S
        while (found := self._stored()) < count:
            if perf_counter() > until:
                raise Unexpected(f"{found} of {count} mails became tickets within {WAIT_S:.0f} s")
            sleep(0.01)

    def _asked(self, query: str, **values: int) -> int:
        """A number from the database."""
        with self._engine.connect() as connection:
            return int(connection.execute(text(query), values).scalar_one())


def everything(stack: Stack) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement by name."""
    mails = Mails(stack)
    for name in NAMES:
        yield name, getattr(mails, name)


NAMES = ("pipe", "pipe_to_rest")
