"""Engines and transactions: deferred and read-only for reading, BEGIN IMMEDIATE for writing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, Executable, FromClause, Row, ScalarResult, create_engine, event
from sqlalchemy.engine import Result
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.base import Executable as ExecutableBase

from hookdesk.db import sqlite
from hookdesk.db.sqlite import LASTING, WRITE
from hookdesk.text import storable

_reading_only: ContextVar[bool] = ContextVar("hookdesk_reading_only", default=False)


@contextmanager
def reading_only() -> Iterator[None]:
    """Refuse units of work inside the block: around plugins' code that decides over a write."""
    token = _reading_only.set(True)
    try:
        yield
    finally:
        _reading_only.reset(token)


class WriteRefused(RuntimeError):
    """Something tried to write where only reading is allowed (a hook, a request outside a unit of work)."""


class Database:
    """One database: an engine, and the two ways into it. SQLite is driven as docs/architecture.md says."""

    def __init__(self, url: str) -> None:
        """Prepare an engine; nothing is connected yet."""
        self.url = url
        self.engine = make_engine(url)
        self.write_engine = self.engine.execution_options(**{WRITE: True})
        # PostgreSQL shows each statement what is committed by then, in a transaction or not: reading goes without two of its messages
        self.read_engine = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._writing: ContextVar[Session | None] = ContextVar("hookdesk_writing", default=None)

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded default."""
        return self.engine.dialect.name == "sqlite"

    @property
    def writing(self) -> Session | None:
        """The session of the unit of work that this context is in, if any."""
        return self._writing.get()

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """A short read-only transaction; inside a unit of work, a read-only view of its session."""
        current = self._writing.get()
        if current is not None:
            yield ReadSession(current)
            return
        with closing(self.reader()) as reader:
            yield reader

    def reader(self) -> ReadSession:
        """A read-only transaction of its own: begun by the first query, to be closed."""
        return ReadSession(Session(self.read_engine, autoflush=False, expire_on_commit=False), is_shared=False)

    @contextmanager
    def write(self, is_lasting: bool = True) -> Iterator[Session]:
        """One writing transaction: committed at the end, rolled back on any exception; see `unit_of_work` for `is_lasting`.

        Raises:
            WriteRefused: inside another writing transaction (services take the session they are given instead).
        """
        if self._writing.get() is not None or _reading_only.get():
            raise WriteRefused(
                "write-time hooks return what they want stored and never write; nor is a unit of work opened inside another"
            )
        with Session(self.write_engine, autoflush=True, expire_on_commit=False) as session:
            token = self._writing.set(session)
            try:
                # BEGIN IMMEDIATE now: a read must never be upgraded
                connection = session.connection(execution_options={LASTING: is_lasting})
                if not (is_lasting or self.is_sqlite):
                    connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
                yield session
                session.commit()
            finally:
                self._writing.reset(token)

    def optimize(self) -> None:
        """Let SQLite look at its tables anew: without figures it takes the wrong index for some lists and counts.

        It looks at no more than 1,000 rows of an index, so this is quick at any size. PostgreSQL does the like by itself.
        """
        if not self.is_sqlite:
            return
        with self.write_engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            connection.exec_driver_sql("ANALYZE")
            connection.commit()

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


class ReadSession:
    """What plugins see of the database: SELECT only, Core rows or detached entities."""

    __slots__ = ("_connection", "_is_shared", "_session")

    def __init__(self, session: Session, is_shared: bool = True) -> None:
        """Wrap a session; `is_shared` with a unit of work, what it has not yet written must be seen too."""
        self._session, self._is_shared = session, is_shared
        self._connection: Connection | None = None

    def close(self) -> None:
        """End the transaction."""
        self._connection = None
        self._session.close()

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._session.get_bind().dialect.name

    def execute(self, statement: Executable, params: dict[str, Any] | None = None) -> Result[*tuple[Any, ...]]:
        """Run a SELECT.

        Raises:
            WriteRefused: the statement is anything else.
        """
        if not isinstance(statement, ExecutableBase) or not getattr(statement, "is_select", False):
            raise WriteRefused("only SELECT may run here; return a changed draft or rows, or use a service")
        if self._is_shared or _has_entities(statement):
            return self._session.execute(statement, params)
        if self._connection is None:
            self._connection = self._session.connection()
        return self._connection.execute(statement, params)

    def all(self, statement: Executable, params: dict[str, Any] | None = None) -> list[Row[*tuple[Any, ...]]]:
        """All rows; the statement must carry its own limit."""
        return list(self.execute(statement, params).all())

    def first(self, statement: Executable, params: dict[str, Any] | None = None) -> Row[*tuple[Any, ...]] | None:
        """The first row or None."""
        return self.execute(statement, params).first()

    def scalar(self, statement: Executable, params: dict[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        return self.execute(statement, params).scalar()

    def scalars(self, statement: Executable, params: dict[str, Any] | None = None) -> ScalarResult[Any]:
        """The first column of all rows."""
        return self.execute(statement, params).scalars()


def _has_entities(statement: ExecutableBase) -> bool:
    """True for `select(Ticket)`. What asks for columns needs no ORM, which takes longer than SQLAlchemy and SQLite together."""
    return any(isinstance(column, FromClause) for column in getattr(statement, "_raw_columns", ()))


def make_engine(url: str) -> Engine:
    """An engine for `url`; on SQLite with WAL, foreign keys and our own BEGIN."""
    if url.startswith("sqlite"):
        connecting = {"check_same_thread": False, "timeout": sqlite.BUSY_TIMEOUT_MS / 1000}
        engine = create_engine(
            url, poolclass=QueuePool, pool_size=8, max_overflow=8, connect_args=connecting, json_serializer=_to_json
        )
        event.listen(engine, "connect", sqlite.prepare)
        event.listen(engine, "begin", sqlite.begin)
    else:
        engine = create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=8, json_serializer=_to_json)
        event.listen(engine, "connect", _give_room)
    event.listen(engine, "before_cursor_execute", _make_storable, retval=True)
    return engine


def _give_room(connection: Any, _record: Any) -> None:
    """Let PostgreSQL note each row that an index finds: with its usual 4 MB it notes pages, and compares all their texts again."""
    connection.execute("SET work_mem TO '32MB'")
    connection.commit()


def _to_json(value: Any) -> str:
    """JSON for a column, its texts storable as those of any other column."""
    return json.dumps(storable(value))


def _make_storable(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """Whoever writes or asks, a text holds nothing that the database would refuse with an error."""
    return statement, storable(parameters)
