"""Instances with so many tickets: seeded once, kept in a folder for temporary files, and copied for each run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from benchmarks import processes

LOGIN, PASSWORD = "bench", "a password for measuring"
ROOT = Path(__file__).parent.parent
SCHEMA = ("core/hookdesk/models", "core/hookdesk/db/migrations", "plugins/builtin/*/migrations")
SEEDING = tuple(
    f"plugins/builtin/hookdesk_demo/{name}.py"
    for name in ("arrivals", "batch", "bulk", "cast", "life", "samples", "telling", "words")
)


@dataclass(frozen=True)
class Instance:
    """An instance folder, and the database if it is not SQLite inside it."""

    folder: Path
    tickets: int
    database_url: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def engine(self) -> Engine:
        """A connection of the measuring side, to look things up."""
        return create_engine(self.database_url or f"sqlite:///{self.folder / 'hookdesk.db'}")


def made(folder: Path, tickets: int, database_url: str = "") -> Instance:
    """The description of an instance in that folder."""
    settings = {"HOOKDESK_INSTANCE": str(folder), **({"HOOKDESK_DATABASE_URL": database_url} if database_url else {})}
    return Instance(folder, tickets, database_url, settings)


def fingerprint() -> str:
    """Changes with whatever shapes a database's tables, and with what is written into them by the seed."""
    return f"{_digest(SEEDING)}-{_digest(SCHEMA)}"


def _digest(places: Iterable[str]) -> str:
    """Stands for the content of some files and folders."""
    digest = hashlib.sha256()
    for place in places:
        for file in sorted(ROOT.glob(place if place.endswith(".py") else f"{place}/**/*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def cached(tickets: int) -> Path:
    """The folder of a seeded SQLite instance; made if there is none yet. One with older tables is brought up to date, as a site would be;
    others of the same size are removed."""
    store = Path(tempfile.gettempdir()) / f"hookdesk-benchmarks-{os.getuid()}"
    folder = store / f"{tickets}-{fingerprint()}"
    if (folder / "instance.key").exists():
        return folder
    older = sorted(store.glob(f"{tickets}-{_digest(SEEDING)}-*"), key=lambda one: one.stat().st_mtime)
    building = older.pop() if older else store / f"building-{os.getpid()}"
    for old in store.glob(f"{tickets}-*"):
        if old != building:
            shutil.rmtree(old)
    if building.exists():
        _hookdesk(made(building, tickets), "init")
        for copy in building.glob("backup-before-*"):  # as large as the site
            copy.unlink()
    else:
        _fill(made(building, tickets))
    building.rename(folder)
    return folder


def _fill(instance: Instance) -> None:
    """Initialise and seed."""
    initialise(instance)
    print(f"seeding {instance.tickets:,} tickets (once)", file=sys.stderr)
    _hookdesk(instance, "seed", "--tickets", str(instance.tickets))


def initialise(instance: Instance) -> None:
    """Make an instance with an administrator."""
    instance.folder.mkdir(parents=True, exist_ok=True)
    password = instance.folder / "password"
    password.write_text(PASSWORD)
    _hookdesk(
        instance,
        "init",
        "--admin-login",
        LOGIN,
        "--admin-email",
        "bench@example.org",
        "--admin-password-file",
        str(password),
    )


def _hookdesk(instance: Instance, *words: str) -> None:
    """Run a command; what it prints goes to where progress goes."""
    environment = {**os.environ, **instance.environment}
    subprocess.run([sys.executable, "-m", "hookdesk", *words], env=environment, stdout=sys.stderr, check=True)


@contextmanager
def opened(tickets: int, database_url: str = "") -> Iterator[Instance]:
    """An instance to measure on; what a run changes is thrown away. With `database_url`: that database, which must be empty or ours."""
    with tempfile.TemporaryDirectory(prefix="hookdesk-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / "i"
        if not database_url:
            shutil.copytree(cached(tickets), folder, ignore=shutil.ignore_patterns("*.sock", "serve.*"))
            yield made(folder, tickets)
            return
        instance = made(folder, tickets, database_url)
        if _is_empty(instance):
            _fill(instance)
        else:
            _hookdesk(instance, "init")
        yield instance


def _is_empty(instance: Instance) -> bool:
    """True if a database has no tables yet.

    Raises:
        SystemExit: it holds another number of tickets than asked for.
    """
    engine = instance.engine()
    with engine.connect() as connection:
        if not engine.dialect.has_table(connection, "ticket"):
            return True
        present = connection.execute(text("SELECT count(*) FROM ticket")).scalar_one()
    engine.dispose()
    if abs(present - instance.tickets) > instance.tickets // 10:
        raise SystemExit(f"The database holds {present:,} tickets, not {instance.tickets:,}. Give an empty one.")
    return False


def database_pids(instance: Instance) -> set[int]:
    """The processes of a PostgreSQL server on this machine; none for SQLite, which lives in the web processes."""
    if not instance.database_url.startswith("postgresql"):
        return set()
    server = _SERVERS.get(instance.database_url)
    if server is None:
        with suppress(OSError):
            engine = instance.engine()
            with engine.connect() as connection:
                server = processes.parent(int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one()))
            engine.dispose()
        _SERVERS[instance.database_url] = server or 0
    return processes.tree(server) if server else set()


_SERVERS: dict[str, int] = {}
