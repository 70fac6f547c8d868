"""How SQLite is driven: what each connection is told first, and how a transaction begins (docs/architecture.md)."""

from __future__ import annotations

import sqlite3
from time import monotonic, sleep

from sqlalchemy import Connection

WRITE = "hookdesk_write"
"""The execution option of connections that write."""
LASTING = "hookdesk_lasting"
"""The execution option of a writing transaction: True if its commit waits for the disk."""
BUSY_TIMEOUT_MS = 15_000
WAITS = {True: "FULL", False: "NORMAL"}
"""How a lasting and a passing commit wait for the disk: `PRAGMA synchronous`."""
ASK_AGAIN_S = 0.002
"""SQLite's own waiting sleeps longer each time, up to 100 ms, and so comes too late again and again while others write without a pause."""
# A page cache of half a megabyte: the kernel keeps the file for all processes, and neither 2 MB (SQLite's own) nor 16 MB for each of a
# dozen connections made anything faster at 100,000 tickets.
_PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-500")


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Set up a new connection: the driver in autocommit, so that BEGIN is ours."""
    connection.isolation_level = None
    for pragma in (*_PRAGMAS, f"synchronous={WAITS[True]}"):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own lower() knows ASCII only; conditions must fold letters of every script, as Python and PostgreSQL do
    connection.create_function(
        "lower", 1, lambda value: value.lower() if isinstance(value, str) else value, deterministic=True
    )


def begin(connection: Connection) -> None:
    """Begin deferred for reading and immediate for writing: an upgraded read fails at once, whatever the busy timeout."""
    if not connection.get_execution_options().get(WRITE, False):
        connection.exec_driver_sql("BEGIN")
        return
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]  # it is SQLite's
    driver.execute(f"PRAGMA synchronous={WAITS[connection.get_execution_options().get(LASTING, True)]}")
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _has_begun(driver):
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what SQLAlchemy makes of SQLite's error
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _has_begun(driver: sqlite3.Connection) -> bool:
    """Ask for the one place among the writers until it is free; False if it cannot be had in time, or for another reason."""
    until = monotonic() + BUSY_TIMEOUT_MS / 1000
    while monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the other bits say why it is busy
                return False
            sleep(ASK_AGAIN_S)
        else:
            return True
    return False
