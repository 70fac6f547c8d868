"""What running the site costs: its start, a plugin's switch, its memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import monotonic, perf_counter, sleep

from sqlalchemy import text

from benchmarks import processes
from benchmarks.client import Client
from benchmarks.figures import CLIENTS, Figure
from benchmarks.instances import Instance
from benchmarks.stack import Stack, run

STARTS, SWITCHES = 3, 4
SWITCHED = "why"
QUIET_S = 1.0
SWITCH_S = 20.0


def start(instance: Instance) -> Figure:
    """From `hookdesk serve` to the first page of the portal, and the CPU used until then."""
    times, used = [], []
    for _ in range(STARTS):
        stack = Stack(instance)
        try:
            times.append(stack.wait("/") * 1000)
            used.append(stack.all_cpu_s() * 1000)
        finally:
            stack.stop()
    return Figure("start", instance.tickets, median(used), median(times), max(times))


def switch(stack: Stack) -> Figure:
    """From the moment that a plugin is switched in the database until no web process is left that was there before.

    A client asks for pages all the while, and none may fail.
    """
    times = []
    for turn in range(SWITCHES):
        old = _workers(stack)
        with ThreadPoolExecutor(1) as pool:
            before = _generation(stack)
            command = pool.submit(run, stack.instance, "plugins", "enable" if turn % 2 else "disable", SWITCHED)
            while _generation(stack) == before and not command.done():
                sleep(0.005)
            started = perf_counter()
            times.append(_until_replaced(stack, old, started))
            command.result()
        _settle(stack)
    return Figure("switch", stack.instance.tickets, None, median(times), max(times))


def _until_replaced(stack: Stack, old: set[int], started: float) -> float:
    """Ask for pages until the old workers are gone; milliseconds since `started`."""
    while old & _workers(stack) and perf_counter() - started < SWITCH_S:
        client = Client(stack.port)
        client.page("/")
        client.close()
        sleep(0.02)
    return (perf_counter() - started) * 1000


def _generation(stack: Stack) -> int:
    """The counter that each switch raises."""
    engine = stack.instance.engine()
    with engine.connect() as connection:
        found = connection.execute(text("SELECT value FROM site_counter WHERE name = 'generation'")).scalar()
    engine.dispose()
    return int(found or 0)


def _workers(stack: Stack) -> set[int]:
    """The web processes but for the master and the supervisor, which stay."""
    web = processes.listeners(stack.port, processes.tree(stack.pid))
    return {pid for pid in web if processes.parent(pid) in web and processes.parent(pid) != stack.pid}


def _settle(stack: Stack) -> None:
    """Wait until there are as many workers as there should be."""
    until = monotonic() + SWITCH_S
    while len(_workers(stack)) < 2 and monotonic() < until:
        sleep(0.05)
    sleep(QUIET_S)


def memory(stack: Stack) -> Figure:
    """The whole embedded stack after work: supervisor, web, jobs and queue; pages shared between processes count once.

    Each page comes on a connection of its own, for one that is kept stays with one web process, and the others would have done nothing.
    """
    clients = [stack.agent() for _ in range(CLIENTS)]

    def work(client: Client) -> None:
        for path in ("/agent/", "/agent/queues/closed", "/agent/search/?q=order", "/open") * 20:
            client.page(path)
            client.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, clients))
    return Figure("memory", stack.instance.tickets, mb=processes.pss_mb(stack.pids()))


def everything(stack: Stack) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement on a running stack, by name. Memory comes first: a switch leaves younger processes behind."""
    yield "memory", lambda: memory(stack)
    yield "switch", lambda: switch(stack)


NAMES = ("memory", "switch")
