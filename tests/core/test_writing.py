"""One writes at a time on SQLite; the others wait, and not for longer than they must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from hookdesk.db import sqlite
from hookdesk.db.engine import Database
from hookdesk.db.retry import is_conflict
from hookdesk.testing import reuse


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database of its own."""
    database = Database(f"sqlite:///{tmp_path / 'hookdesk.db'}")
    yield database
    database.dispose()


@pytest.fixture
def other(db: Database) -> Iterator[Connection]:
    """Somebody who is writing."""
    with db.write_engine.connect() as connection:
        connection.begin()
        yield connection


def test_who_waits_to_write_asks_every_few_milliseconds(
    db: Database, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 50:
            other.commit()

    monkeypatch.setattr(sqlite, "sleep", pause)
    with db.write() as session:
        assert session.scalar(text("SELECT 1")) == 1
    assert len(pauses) == 50
    assert max(pauses) < 0.01


def test_who_waits_in_vain_is_told_that_the_database_is_busy(
    db: Database, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 0)
    with pytest.raises(OperationalError) as refused, db.write():
        pass
    assert is_conflict(refused.value)


def test_each_transaction_waits_for_the_disk_unless_it_says_otherwise(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "WAITS", reuse.WAITS)  # other tests have no time for it
    waits = []
    for is_lasting in (True, False, True):
        with db.write(is_lasting) as session:
            waits.append(session.scalar(text("PRAGMA synchronous")))
    assert waits == [2, 1, 2]  # FULL, NORMAL


def test_on_postgresql_as_well(postgres_url: str) -> None:
    database, waits = Database(postgres_url), []
    event.listen(database.engine, "connect", lambda driver, _record: driver.execute("SET synchronous_commit TO on"))
    event.listen(database.engine, "connect", lambda driver, _record: driver.commit())
    for is_lasting in (True, False, True):
        with database.write(is_lasting) as session:
            waits.append(session.scalar(text("SHOW synchronous_commit")))
    database.dispose()
    assert waits == ["on", "off", "on"]
