"""The database's part of a backup: a consistent copy of it while the site runs, and back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from hookdesk.backup.archive import BackupError
from hookdesk.config import Config
from hookdesk.db.engine import Database

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}


def kind(config: Config) -> str:
    """ "sqlite" or "postgresql"."""
    return "sqlite" if config.is_sqlite else "postgresql"


def dump(config: Config, target: Path) -> None:
    """Write a consistent copy to `target`, as of one moment; the site may go on writing.

    Raises:
        BackupError: it cannot be copied.
    """
    if config.is_sqlite:
        _copy_sqlite(sqlite_file(config), target)
    else:
        _run(config, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def load(config: Config, source: Path) -> None:
    """Bring a copy into the configured PostgreSQL database, in place of what is there.

    Raises:
        BackupError: it cannot be loaded.
    """
    words = ["pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction"]
    _run(config, [*words, f"--dbname={make_url(config.database).database}", str(source)])


def sqlite_file(config: Config) -> Path:
    """The SQLite file."""
    return Path(make_url(config.database).database or "")


def has_tables(config: Config) -> bool:
    """True if the configured database is in use.

    Raises:
        BackupError: it cannot be reached.
    """
    if config.is_sqlite and not sqlite_file(config).exists():
        return False
    db = Database(config.database)
    try:
        return inspect(db.engine).has_table("ticket")
    except SQLAlchemyError as error:
        raise BackupError(f"The database cannot be used: {getattr(error, 'orig', error)}") from None
    finally:
        db.dispose()


def _copy_sqlite(file: Path, target: Path) -> None:
    """Copy with SQLite's own backup interface, and look whether the copy is sound."""
    if not file.exists():
        raise BackupError(f"There is no database at {file}.")
    try:
        source, copy = (
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=30),
            sqlite3.connect(target),
        )
        try:
            source.backup(copy)
            (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            source.close()
            copy.close()
    except sqlite3.Error as error:
        raise BackupError(f"The database {file} cannot be copied: {error}.") from None
    if verdict != "ok":
        raise BackupError(
            f"The database {file} is damaged ({verdict}); keep what you have and restore an older backup."
        )


def _run(config: Config, words: list[str]) -> None:
    """Run one of PostgreSQL's programs against the configured database; the password goes by the environment, not the command line."""
    if shutil.which(words[0]) is None:
        raise BackupError(
            f"There is no {words[0]} here: install PostgreSQL's client programs (Debian: postgresql-client)."
        )
    done = subprocess.run(
        words, env={**os.environ, **_environment(make_url(config.database))}, capture_output=True, check=False
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise BackupError(f"{words[0]} failed: {last[0]}")


def _environment(url: URL) -> dict[str, str]:
    """libpq's variables for a SQLAlchemy URL; parameters such as ?host=/run/postgresql go before its plain parts."""
    query = {name: value if isinstance(value, str) else value[0] for name, value in url.query.items()}
    stated = {
        "PGHOST": query.get("host") or url.host,
        "PGPORT": query.get("port") or (str(url.port) if url.port else None),
        "PGUSER": query.get("user") or url.username,
        "PGPASSWORD": query.get("password") or (str(url.password) if url.password is not None else None),
        "PGDATABASE": url.database,
        "PGSSLMODE": query.get("sslmode"),
    }
    return {name: value for name, value in stated.items() if value}
