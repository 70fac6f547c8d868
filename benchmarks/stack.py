"""A running site: `hookdesk serve` on a free port, with the processes that belong to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic, sleep

from benchmarks import processes
from benchmarks.client import Client, Unexpected
from benchmarks.instances import LOGIN, PASSWORD, Instance, database_pids

START_S = 60.0
QUIET_S, QUIET_SHARE, LONGEST_SETTLE_S = 1.0, 0.05, 180.0
"""At rest a stack takes some 0.01 s of CPU a second: its processes look around."""


def hookdesk(*words: str) -> list[str]:
    """A command line of this project's own `hookdesk`."""
    return [sys.executable, "-m", "hookdesk", *words]


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """The processes of one served instance."""

    def __init__(self, instance: Instance, environment: Mapping[str, str] | None = None) -> None:
        """Starts at once; use `running`."""
        self.instance, self.port = instance, free_port()
        self.started = monotonic()
        self.log = (instance.folder / "serve.log").open("wb")
        self._process = subprocess.Popen(
            hookdesk("serve", "--bind", f"127.0.0.1:{self.port}"),
            env={**os.environ, **instance.environment, **(environment or {})},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait(self, path: str = "/health") -> float:
        """Wait for the first answer; seconds since the start.

        Raises:
            Unexpected: the server ended, or there is none within a minute.
        """
        while monotonic() - self.started < START_S:
            if self._process.poll() is not None:
                raise Unexpected(f"hookdesk serve ended with {self._process.returncode}; see {self.log.name}")
            try:
                client = Client(self.port)
                if client.get(path).status == 200:
                    client.close()
                    return monotonic() - self.started
            except (OSError, EOFError):
                sleep(0.01)
        raise Unexpected(f"no answer within {START_S:.0f} s; see {self.log.name}")

    @property
    def pid(self) -> int:
        """The supervisor."""
        return self._process.pid

    def pids(self) -> set[int]:
        """All processes of the stack."""
        return processes.tree(self._process.pid) | database_pids(self.instance)

    def web_pids(self) -> set[int]:
        """The web processes, and those of the database."""
        return processes.listeners(self.port, processes.tree(self._process.pid)) | database_pids(self.instance)

    def cpu_s(self) -> float:
        """CPU seconds of whatever takes part in answering a request, so far. Job workers are not among it."""
        return processes.cpu_s(self.web_pids())

    def all_cpu_s(self) -> float:
        """CPU seconds of everything, so far."""
        return processes.cpu_s(self.pids())

    def settle(self) -> None:
        """Wait until the job workers are through with what a measurement left them, for it must not fall on the next one.

        Raises:
            Unexpected: they are not after three minutes.
        """
        until = monotonic() + LONGEST_SETTLE_S
        while monotonic() < until:
            before = self.all_cpu_s()
            sleep(QUIET_S)
            if self.all_cpu_s() - before < QUIET_S * QUIET_SHARE:
                return
        raise Unexpected(
            f"the stack still works {LONGEST_SETTLE_S:.0f} s after the last measurement; see {self.log.name}"
        )

    def agent(self) -> Client:
        """A browser with an administrator signed in."""
        client = Client(self.port)
        client.sign_in(LOGIN, PASSWORD)
        return client

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(45)
        except subprocess.TimeoutExpired:
            for pid in processes.tree(self._process.pid):
                os.kill(pid, signal.SIGKILL)
            self._process.wait()
        self.log.close()


@contextmanager
def running(instance: Instance, environment: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A stack that answers; ended afterwards."""
    stack = Stack(instance, environment)
    try:
        stack.wait()
        yield stack
    finally:
        stack.stop()


def run(instance: Instance, *words: str) -> str:
    """Run a command on an instance; what it printed.

    Raises:
        Unexpected: it failed.
    """
    done = subprocess.run(
        hookdesk(*words), env={**os.environ, **instance.environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unexpected(f"hookdesk {' '.join(words)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
