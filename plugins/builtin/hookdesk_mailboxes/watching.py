"""Each mailbox has a thread of its own in one of the workers, so that none waits for another, and none of them holds up a job.

The thread holds the mailbox's row while it reads, keeps the connection open and waits on it for what comes. At the first failure it ends;
the job `mailboxes.watch` begins another one when the mailbox's time has come. All that matters is in the database: a thread may die at any
moment with its process.
"""

from __future__ import annotations

import atexit
import logging
import threading
from datetime import datetime
from time import monotonic

from flask import Flask

from hookdesk_mailboxes import connecting, fetching, holding, state
from hookdesk_mailboxes.models import Mailbox
from hookdesk_mailboxes.problems import problem_of
from hookdesk_mailboxes.protocols import Connection

log = logging.getLogger(__name__)
MOST = 50
"""Threads of one process; what is beyond it has its turn when another one is done."""
SLICE_S = 5.0
LEAVE_S = 3.0
_running: dict[int, Watcher] = {}
_lock = threading.Lock()


class Watcher(threading.Thread):
    """Looks into one mailbox until it is told to stop, something fails, or the mailbox is changed."""

    def __init__(self, app: Flask, mailbox_id: int) -> None:
        super().__init__(name=f"mailbox-{mailbox_id}", daemon=True)
        self.app, self.mailbox_id = app, mailbox_id
        self.stopping = threading.Event()
        self._connection: Connection | None = None
        self._token_expires: datetime | None = None

    def run(self) -> None:
        """The thread."""
        try:
            while not self.stopping.is_set() and self._turn():
                pass
        except holding.Lost:
            log.info("mailbox %s is no longer read here", self.mailbox_id)
        except Exception:  # the database is away, for one; the job begins again
            log.exception("mailbox %s could not be looked into", self.mailbox_id)
        finally:
            self._end()

    def _turn(self) -> bool:
        """Look once, then wait for the next time; False if somebody else has to go on."""
        with self.app.app_context():
            mailbox = holding.take(self.mailbox_id)
            if mailbox is None:
                return False
            stays = self._look(mailbox)
        return stays and self._waited(mailbox)

    def _look(self, mailbox: Mailbox) -> bool:
        """One look; True if it went well and the connection may stay open."""
        try:
            if self._connection is None:
                self._connection, self._token_expires = connecting.connect(mailbox)
            looked = fetching.look(mailbox, self._connection, lambda: not self.stopping.is_set())
            stays = connecting.protocol_of(mailbox.protocol).stays
            if looked.is_spent or not stays:
                self._close()
        except holding.Lost:
            raise
        except (
            Exception
        ) as error:  # also our own errors: a mailbox with a problem is a state of it, seen by the administrator
            problem = problem_of(error)
            if problem.kind == "own":
                log.exception("mailbox %s could not be looked into", mailbox.address)
            state.failed(mailbox, problem)
            return False
        state.succeeded(mailbox, looked, self._token_expires)
        return stays and not looked.is_spent

    def _waited(self, mailbox: Mailbox) -> bool:
        """Wait for something to come, for the time of the next look, or for the end; False if the mailbox is no longer ours."""
        while not self.stopping.is_set():
            with self.app.app_context():
                is_wanted = holding.is_wanted(mailbox)
            if is_wanted is not False:
                return is_wanted is True
            try:
                if self._something_came():
                    return True
            except Exception as error:  # the connection is gone: that is a failure like any other
                with self.app.app_context():
                    state.failed(mailbox, problem_of(error))
                return False
        return False

    def _something_came(self) -> bool:
        """Wait a little on the connection; where the server cannot tell, without it."""
        assert self._connection is not None
        came = self._connection.wait(SLICE_S)
        if came is None:
            self.stopping.wait(SLICE_S)
        return came is True

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _end(self) -> None:
        """Sign out and let go."""
        self._close()
        with _lock:
            _running.pop(self.mailbox_id, None)
        try:
            with self.app.app_context():
                holding.let_go(self.mailbox_id)
        except Exception as error:  # then the hold ends by itself
            log.warning("mailbox %s is held for a while: %s", self.mailbox_id, error)


def start(app: Flask, mailbox_id: int) -> Watcher | None:
    """Begin to look into a mailbox, unless that is done here already or there is no room."""
    with _lock:
        if mailbox_id in _running or len(_running) >= MOST:
            return None
        if not _running:
            atexit.register(stop)
        watcher = _running[mailbox_id] = Watcher(app, mailbox_id)
    watcher.start()
    return watcher


def stop() -> None:
    """End all of this process; whoever does not end in time dies with it, and nothing is lost by that."""
    with _lock:
        watchers = list(_running.values())
    for watcher in watchers:
        watcher.stopping.set()
    until = monotonic() + LEAVE_S
    for watcher in watchers:
        watcher.join(max(until - monotonic(), 0))
