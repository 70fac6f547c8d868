"""Child processes of the supervisor: started, started again with back-off, and ended with it however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STABLE_S = 30.0
"""After this long a process counts as sound, and its next end is not held against it."""
_PR_SET_PDEATHSIG = 1


def _prepare() -> None:
    """Runs in the child before it becomes another program: it gets SIGTERM when the supervisor dies, and no signal is blocked."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # prctl(2)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


@dataclass(slots=True)
class Child:
    """One process to keep running."""

    name: str
    command: Callable[[], Sequence[str]]
    environment: Mapping[str, str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = 0

    def start(self) -> None:
        """Start it now. It gets a process group of its own, so that Ctrl-C in a terminal reaches the supervisor alone.

        Raises:
            OSError: the program cannot be started.
        """
        self.started_at = monotonic()
        self.process = subprocess.Popen(
            list(self.command()),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            pass_fds=self.files,
            process_group=0,
            preexec_fn=_prepare,  # safe: the supervisor has one thread
        )

    def has_ended(self) -> int | None:
        """Its exit status, once; None while it runs or is not started. A status makes it due again, later after each failure in a row."""
        if self.process is None or self.process.poll() is None:
            return None
        status = self.process.returncode
        self.process = None
        ran = monotonic() - self.started_at
        self.failures = 0 if ran > STABLE_S else self.failures + 1
        self.due_at = monotonic() + (
            min(FIRST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S) if self.failures else 0.0
        )
        return status

    def is_due(self) -> bool:
        """True if it should be started."""
        return self.process is None and monotonic() >= self.due_at

    def signal(self, number: int) -> None:
        """Send a signal, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; False if it has not come by then."""
        if self.process is None:
            return True
        try:
            self.process.wait(max(seconds, 0.01))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill_group(self) -> None:
        """End it and what it has started, without ceremony."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
