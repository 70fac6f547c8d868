"""What database errors mean: which ones spoil a whole transaction and are worth another try from the start, and who lacks tables."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

T = TypeVar("T")
_attempts_left: ContextVar[int] = ContextVar("hookdesk_attempts_left", default=0)
ATTEMPTS = 3
_SQLSTATES = {"40001", "40P01", "55P03", "57P01"}
_SQLITE = ("database is locked", "database table is locked", "database is busy")


def is_transient(error: BaseException) -> bool:
    """True for a deadlock, serialization failure, busy database or lost connection: nobody's fault, to be tried again."""
    return is_conflict(error) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def is_conflict(error: BaseException) -> bool:
    """True where two transactions were in each other's way: deadlock, serialization failure, busy database."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlstate", None) in _SQLSTATES:
        return True
    return isinstance(error, OperationalError) and any(text in str(error.orig) for text in _SQLITE)


def lacks_tables(error: DBAPIError) -> bool:
    """True if a table is not there, for nobody has migrated the database yet. A lost or broken database is another matter."""
    return getattr(error.orig, "sqlstate", None) == "42P01" or str(error.orig).startswith("no such table")


def will_retry() -> bool:
    """True inside `retrying()` while a further attempt is left."""
    return _attempts_left.get() > 0


def retrying(work: Callable[[], T], also: type[IntegrityError] | None = None) -> T:
    """Run `work` (a whole unit of work) up to 3 times while its error is transient.

    `also=IntegrityError` retries those too: for work that reads first and loses a race with another writer.
    """
    for attempt in range(1, ATTEMPTS + 1):
        token = _attempts_left.set(ATTEMPTS - attempt)
        try:
            return work()
        except DBAPIError as error:
            again = is_transient(error) or (also is not None and isinstance(error, also))
            if not again or attempt == ATTEMPTS:
                raise
        finally:
            _attempts_left.reset(token)
    raise AssertionError("unreachable: the loop returns or raises")
