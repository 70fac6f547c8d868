"""The RQ queue: at most one waiting wake-up for each job name."""

from __future__ import annotations

from redis import Redis
from rq import Queue
from rq.exceptions import DuplicateJobError

QUEUE = "hookdesk"
TIMEOUT_S = 0.5


class JobQueue:
    """Puts wake-ups into RQ."""

    def __init__(self, url: str) -> None:
        """Prepare the connection; nothing is connected yet."""
        self.redis = Redis.from_url(url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)
        self.rq = Queue(QUEUE, connection=self.redis)

    def put(self, name: str) -> None:
        """Ask for a run of `name`, unless one is waiting already.

        Raises:
            redis.RedisError: the server does not answer.
        """
        try:
            self.rq.enqueue("hookdesk.jobs.engine.run_woken", name, job_id=name, unique=True, result_ttl=0)
        except DuplicateJobError:
            return
