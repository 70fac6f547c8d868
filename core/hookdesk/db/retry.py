"""Which database errors spoil a whole transaction and are worth another try from the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

T = TypeVar("T")
ATTEMPTS = 3
_SQLSTATES = {"40001", "40P01", "55P03", "57P01"}
_SQLITE = ("database is locked", "database table is locked", "database is busy")


def is_transient(error: BaseException) -> bool:
    """True for a deadlock, serialization failure, busy database or lost connection: nobody's fault, to be tried again."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if getattr(error.orig, "sqlstate", None) in _SQLSTATES:
        return True
    return isinstance(error, OperationalError) and any(text in str(error.orig) for text in _SQLITE)


def retrying(work: Callable[[], T], also: type[IntegrityError] | None = None) -> T:
    """Run `work` (a whole unit of work) up to 3 times while its error is transient.

    `also=IntegrityError` retries those too: for work that reads first and loses a race with another writer.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return work()
        except DBAPIError as error:
            again = is_transient(error) or (also is not None and isinstance(error, also))
            if not again or attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable: the loop returns or raises")
