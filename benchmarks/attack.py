"""What a page takes while somebody guesses passwords, each time from another address and at another name, so that no throttle helps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter

from benchmarks.client import Client, Unexpected, token
from benchmarks.figures import Figure, quantile
from benchmarks.instances import Instance
from benchmarks.stack import Stack, running

NAME = "open_queue_attacked"
RATE, THREADS, COUNT = 50, 40, 300
"""Attempts a second, those who make them, and pages that are asked for meanwhile."""
BEHIND_A_PROXY = {"HOOKDESK_TRUSTED_PROXIES": "1"}
"""The attackers' addresses are told by a header then."""


def open_queue_attacked(instance: Instance) -> Figure:
    """The open queue, asked for by one agent without a pause; `rps` is how many attempts a second were answered.

    Raises:
        Unexpected: one of them was answered by an error of the server.
    """
    with running(instance, BEHIND_A_PROXY) as stack:
        agent = stack.agent()
        agent.page("/agent/")
        times = []
        with attacked(stack) as statuses:
            started = perf_counter()
            for _ in range(COUNT):
                asked = perf_counter()
                agent.page("/agent/")
                times.append((perf_counter() - asked) * 1000)
            seconds = perf_counter() - started
        if broken := [status for status in statuses if status >= 500]:
            raise Unexpected(f"a sign-in attempt was answered with {broken[0]}")
    return Figure(NAME, instance.tickets, None, median(times), quantile(times, 0.95), len(statuses) / seconds)


@contextmanager
def attacked(stack: Stack) -> Iterator[list[int]]:
    """Attempts go on inside the block; the statuses of their answers."""
    over, statuses = Event(), list[int]()
    threads = [Thread(target=_guess, args=(stack, Random(number), over, statuses)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _guess(stack: Stack, chance: Random, over: Event, statuses: list[int]) -> None:
    """One attacker: as many attempts a second as are its share, or as are answered."""
    client = Client(stack.port)
    secret = token(client.page("/agent/login"))
    while not over.wait(THREADS / RATE * chance.uniform(0.5, 1.5)):
        address = {"X-Forwarded-For": ".".join(str(chance.randrange(1, 255)) for _ in range(4))}
        body = f"csrf_token={secret}&login=agent{chance.randrange(10**6)}&password={chance.randrange(10**9)}"
        answer = client.send("/agent/login", body.encode(), "application/x-www-form-urlencoded", address)
        statuses.append(answer.status)
    client.close()
