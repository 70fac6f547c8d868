"""Fifty agents at work at once: each looks at the queue, opens a ticket, reads, goes back. What each page takes, as they see it.

Each is a thread with a browser of its own. A load tool would bring an event loop and some twenty packages for what stands here in a page.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter

from benchmarks.client import Client, Unexpected
from benchmarks.figures import Figure, quantile
from benchmarks.instances import Instance
from benchmarks.pages import Pages
from benchmarks.stack import running

AGENTS, SECONDS = 50, 30.0
THINKS = (1.0, 3.0)
"""Seconds that somebody looks at a page: quick for a person, so about 25 pages a second in all."""
NAMES = ("crowd_queue", "crowd_ticket", "crowd_live")
Times = dict[str, list[float]]


def measure(instance: Instance) -> Iterator[Figure]:
    """One run; the queue's, the tickets' and the live list's times of it. `rps` is how many of them were answered a second.

    Raises:
        Unexpected: one of them was answered otherwise than with a page.
    """
    with running(instance) as stack:
        numbers = Pages(stack, at_once=0).numbers
        clients = [stack.agent() for _ in range(AGENTS)]
        stack.settle()
        over, broken, times = Event(), list[int](), Times()
        for name in NAMES:
            times[name] = []
        threads = [
            Thread(target=_work, args=(client, Random(place), numbers, over, broken, times))
            for place, client in enumerate(clients)
        ]
        started = perf_counter()
        for thread in threads:
            thread.start()
        over.wait(SECONDS)
        over.set()
        for thread in threads:
            thread.join()
        seconds = perf_counter() - started
    if broken:
        raise Unexpected(f"an agent's page was answered with {broken[0]}")
    for name, taken in times.items():
        yield Figure(name, instance.tickets, None, median(taken), quantile(taken, 0.95), len(taken) / seconds)


def _work(client: Client, chance: Random, numbers: list[str], over: Event, broken: list[int], times: Times) -> None:
    """One agent's day, in a hurry."""
    walk = (("crowd_queue", "/agent/"), ("crowd_ticket", ""), ("crowd_live", "/agent/?since=9223372036854775807"))
    while True:
        for name, path in walk:
            if over.wait(chance.uniform(*THINKS)):
                return
            asked = perf_counter()
            status = client.get(path or f"/agent/tickets/{chance.choice(numbers)}").status
            times[name].append((perf_counter() - asked) * 1000)
            if status not in (200, 204):
                broken.append(status)
