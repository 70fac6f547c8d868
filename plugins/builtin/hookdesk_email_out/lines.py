"""Each account sends in a thread of its own, so that one whose server hangs holds up no other.

A run of the job waits for them as long as its slice; whoever is not done then goes on by itself, and nobody starts a second line to that
account meanwhile: a lease keeps other processes from it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from threading import Lock

from flask import Flask, current_app

from hookdesk.api import lease, site, transact

MOST = 32
"""Accounts that send at once; others wait for a thread."""
SPARE_S = 60
_KEY = "email_out.lines"
Work = Callable[[], int]


class Lines:
    """The lines of one process, by account."""

    def __init__(self) -> None:
        """None is open yet."""
        self._lock = Lock()
        self._running: dict[int, Future[int]] = {}
        self._pool = ThreadPoolExecutor(MOST, thread_name_prefix="mail")

    def start(self, account_id: int, timeout: int, work: Work) -> None:
        """Let an account send, unless it does already, here or in another process. `timeout`: as many seconds may one answer take."""
        app = _app()
        with self._lock:
            if account_id not in self._running:
                self._running[account_id] = self._pool.submit(
                    copy_context().run, _held, app, account_id, timeout + SPARE_S, work
                )

    def wait(self, seconds: float) -> int:
        """Wait for the accounts that send; how much was done by those that are through.

        Raises:
            what one of them raised.
        """
        with self._lock:
            running = dict(self._running)
        through = wait(running.values(), timeout=seconds).done
        with self._lock:
            self._running = {one: line for one, line in self._running.items() if line not in through}
        return sum(line.result() for line in through)


def lines() -> Lines:
    """This process's lines."""
    extra = site().extra
    if _KEY not in extra:
        extra[_KEY] = Lines()
    found = extra[_KEY]
    assert isinstance(found, Lines)
    return found


def side_by_side(count: int, work: Work) -> int:
    """The same work so many times at once, each in a context of its own; what all of them did."""
    if count == 1:
        return work()
    app = _app()

    def within() -> int:
        with app.app_context():
            return work()

    with ThreadPoolExecutor(count, thread_name_prefix="mail") as pool:
        return sum(line.result() for line in [pool.submit(copy_context().run, within) for _ in range(count)])


def _app() -> Flask:
    """The application itself: threads have no context that would lead to it."""
    found: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the proxy's
    return found


def _held(app: Flask, account_id: int, seconds: int, work: Work) -> int:
    """The thread of an account: its work, under its lease."""
    name = f"email_out.account:{account_id}"
    with app.app_context():
        if not transact(lambda session: lease.acquire(session, name, seconds), race=True):
            return 0
        try:
            return work()
        finally:
            transact(lambda session: lease.release(session, name))
