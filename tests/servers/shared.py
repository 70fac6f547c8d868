"""Servers that all xdist workers of one test run share.

The process that pytest was started in makes one folder and names it in the environment, which the workers inherit. A worker
that needs a server takes that server's file lock, and starts it unless its file says that another worker did. The first process
outlives the workers and ends the servers. So a server must daemonize: it may not die with the worker that started it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FOLDER = "HOOKDESK_TEST_SERVERS"


@dataclass(frozen=True)
class Started:
    """A running server: its process id, the signal that ends it at once, and where it answers (a socket, a folder)."""

    pid: int
    end: int
    where: str


def open_folder() -> None:
    """Make the run's folder; called in the first process alone."""
    # Short, for a unix socket's path has at most 107 bytes; open to look through, for PostgreSQL runs as another user.
    folder = Path(tempfile.mkdtemp(prefix="hookdesk-", dir="/tmp"))
    folder.chmod(0o711)
    os.environ[FOLDER] = str(folder)


def shared_server(name: str, start: Callable[[Path], Started]) -> Started:
    """The run's server of this name, started with a folder of its own if no worker has started it yet."""
    folder = Path(os.environ[FOLDER])
    record = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not record.exists():
            own = folder / name
            own.mkdir()
            record.write_text(json.dumps(vars(start(own))))
        return Started(**json.loads(record.read_text()))


def shared_copy(name: str, fill: Callable[[Path], None]) -> Path:
    """A folder of this name that is filled once a run, to be copied by whoever needs one like it."""
    own = Path(os.environ[FOLDER]) / name
    with (own.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = own / "done"
        if not done.exists():
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir()
            fill(own)
            done.touch()
    return own


def close_folder() -> None:
    """End the run's servers and remove their folder; called in the first process, after the workers have ended."""
    folder = Path(os.environ.pop(FOLDER))
    for record in folder.glob("*.json"):
        end(Started(**json.loads(record.read_text())))
    shutil.rmtree(folder, ignore_errors=True)


def end(server: Started, seconds: float = 10.0) -> None:
    """End a server and wait until it has gone."""
    deadline = time.monotonic() + seconds
    wanted = server.end
    while is_running(server.pid):
        os.kill(server.pid, wanted)
        if time.monotonic() > deadline:
            wanted = signal.SIGKILL
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
