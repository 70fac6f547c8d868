"""A PostgreSQL of the test run's own, on a unix socket in a temporary folder, without fsync."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from tests.servers.shared import Started, shared_server

# Nothing here survives the run, so nothing has to survive a power cut; and no port, so no port can be taken.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "100",
}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of a database that this worker has for itself; empty at first."""
    with_server = postgres_server()
    name = f"worker_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    create(with_server, name)
    yield url_of(with_server, name)
    drop(with_server, name)


@pytest.fixture
def fresh_postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty database that this test has for itself; about 40 ms."""
    with_server = postgres_server()
    name = f"test_{uuid4().hex}"
    create(with_server, name)
    yield url_of(with_server, name)
    drop(with_server, name)


def postgres_server() -> Started:
    """The run's server. Skips the test where PostgreSQL is not installed."""
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: `apt-get install postgresql` brings it.")
    return shared_server("postgres", lambda folder: start(folder, programs))


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl; Debian keeps them out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name))
    return versions[-1].parent if versions else None


def start(folder: Path, programs: Path) -> Started:
    """Make a cluster and start it; returns when it takes connections. PostgreSQL refuses to run as root."""
    user = unprivileged_user()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in OPTIONS.items())
    for command in (
        ["initdb", "-D", str(data), "-U", "hookdesk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        ["pg_ctl", "-D", str(data), "-w", "-s", "-l", str(folder / "log"), "-o", f"-k {folder} {options}", "start"],
    ):
        done = subprocess.run(
            [str(programs / command[0]), *command[1:]],
            cwd=folder,
            user=user,
            stdin=subprocess.DEVNULL,
            # A file, not a pipe: the server inherits it, and a pipe would never report its end.
            stdout=(output := (folder / f"{command[0]}.out").open("wb")),
            stderr=subprocess.STDOUT,
            check=False,
        )
        output.close()
        assert done.returncode == 0, (folder / f"{command[0]}.out").read_text()
    pid = int((data / "postmaster.pid").read_text().split()[0])
    return Started(pid, signal.SIGQUIT, str(folder))


def unprivileged_user() -> str | None:
    """Whom to run as: ourselves, or, where we are root, Debian's postgres or else nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def url_of(server: Started, name: str) -> str:
    """The SQLAlchemy URL of a database on the server."""
    return f"postgresql+psycopg://hookdesk@/{name}?host={quote(server.where, safe='')}"


def create(server: Started, name: str, template: str = "template1") -> None:
    """Make an empty database (or a copy of `template`), in place of one that an interrupted worker may have left."""
    drop(server, name)
    administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(server: Started, name: str) -> None:
    """Remove a database and whoever is still connected to it."""
    administer(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def administer(server: Started, statement: str) -> None:
    """Run one statement that cannot stand in a transaction."""
    with psycopg.connect(host=server.where, user="hookdesk", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
