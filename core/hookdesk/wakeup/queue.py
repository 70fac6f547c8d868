"""The RQ queue: it carries names of jobs, each at most once at a time."""

from __future__ import annotations

from redis import Redis
from rq import Queue

QUEUE = "hookdesk"
FUNCTION = "hookdesk.jobs.engine.run_woken"
TIMEOUT_S = 0.5
WAITING_S = 10
"""A name counts as waiting for this long. It is cleared when its run begins; should a worker die in between, this heals it."""
UNLIMITED_S = 7 * 24 * 3600
"""RQ's own time limit would raise inside a transaction; the engine's watchdog ends a hung job instead."""


def waiting_key(name: str) -> str:
    """The key that stands while a wake-up of `name` is on its way."""
    return f"hookdesk:waiting:{name}"


class WakeQueue:
    """Puts wake-ups into RQ."""

    def __init__(self, url: str) -> None:
        """Prepare the connection; nothing is connected yet."""
        self.url = url
        self.redis = Redis.from_url(url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)
        self.rq = Queue(QUEUE, connection=self.redis)

    def put(self, name: str) -> None:
        """Ask for a run of `name`, unless one is on its way already.

        Raises:
            redis.RedisError: the server does not answer.
        """
        if self.redis.set(waiting_key(name), 1, nx=True, ex=WAITING_S):
            self.rq.enqueue(FUNCTION, name, job_timeout=UNLIMITED_S, result_ttl=0, failure_ttl=60, ttl=3600)

    def started(self, name: str) -> None:
        """A run of `name` begins: whoever wakes it from now on gets a further run."""
        self.redis.delete(waiting_key(name))

    def answers(self) -> bool:
        """True if the server is there."""
        return bool(self.redis.ping())
