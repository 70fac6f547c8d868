"""RQ's worker, without forks, signals, threads and time limits of its own: the engine and the supervisor see to those."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.timeouts import BaseDeathPenalty
from rq.worker.base import WorkerStatus

from hookdesk.wakeup.queue import QUEUE, WakeQueue

WORKER_TTL_S = 45
DEQUEUE_S = 1


class NoDeathPenalty(BaseDeathPenalty):
    """RQ's would raise inside a transaction; the engine's watchdog ends a hung job instead."""

    def setup_death_penalty(self) -> None:
        """Nothing to set up."""

    def cancel_death_penalty(self) -> None:
        """Nothing to cancel."""


class RQWorker(SimpleWorker):
    """Takes wake-ups and runs them in this process; each second it stops if it should, and ticks."""

    death_penalty_class = NoDeathPenalty

    def __init__(self, queue: WakeQueue, is_stopping: Callable[[], bool], tick: Callable[[], None]) -> None:
        """A connection of its own, for it blocks while it waits."""
        self._is_stopping = is_stopping
        self._tick = tick
        super().__init__(
            [QUEUE], connection=Redis.from_url(queue.url), worker_ttl=WORKER_TTL_S, maintenance_interval=10, job_monitoring_interval=5,
            log_job_description=False,
        )  # fmt: skip

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        """The next wake-up; None ends the worker's loop, because it should stop or Redis is away."""
        try:
            self.set_state(WorkerStatus.IDLE)
            while not self._is_stopping():
                self._tick()
                self.heartbeat()
                if self.should_run_maintenance_tasks:
                    self.run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's own
                try:
                    found: tuple[Job, Queue] | None = self.queue_class.dequeue_any(
                        self._ordered_queues, DEQUEUE_S, connection=self.connection, job_class=self.job_class,
                        serializer=self.serializer, death_penalty_class=self.death_penalty_class,
                    )  # fmt: skip
                except DequeueTimeout:
                    continue
                if found is not None:
                    return found
        except RedisError as error:
            self.log.warning("Redis is away: %s", error)
        return None

    def subscribe(self) -> None:
        """No commands over Redis: they would need a thread."""

    def unsubscribe(self) -> None:
        """Nothing was subscribed."""

    def _install_signal_handlers(self) -> None:
        """The process has its own; RQ's raise out of whatever runs."""

    def teardown(self) -> Any:
        """Say good-bye, if Redis is there to hear it."""
        try:
            super().teardown()  # type: ignore[no-untyped-call]  # RQ's own
        except RedisError:
            self.log.debug("Redis is away; the worker's key expires by itself")
