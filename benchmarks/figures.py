"""One measured figure, and the way it is taken: warmed up, one request after the other, then by several clients at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

CLIENTS = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """What one thing costs. Times are milliseconds; `rps` is requests a second by 4 clients. None: does not apply."""

    name: str
    tickets: int
    cpu_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    rps: float | None = None
    mb: float | None = None

    def line(self) -> str:
        """As JSON; `mb` only where there is one."""
        values = {key: round(value, 2) if isinstance(value, float) else value for key, value in asdict(self).items()}
        return json.dumps({key: value for key, value in values.items() if key != "mb" or value is not None})


def quantile(times: Sequence[float], share: float) -> float:
    """The time that a share of all stayed within."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def take(
    name: str,
    tickets: int,
    cpu_s: Callable[[], float],
    request: Callable[[int], None],
    clients: Sequence[Callable[[int], None]],
    *,
    warm: int = 20,
    count: int = 150,
) -> Figure:
    """Measure `request(n)` one after the other, then `clients` at once, each with the same number of requests in all.

    `cpu_s` tells the CPU seconds that the stack has used so far. The kernel counts them in ticks of 10 ms, hence the many requests.
    """
    numbers = iter(range(10**9))
    for _ in range(warm):
        request(next(numbers))
    before, times = cpu_s(), []
    for _ in range(count):
        started = perf_counter()
        request(next(numbers))
        times.append((perf_counter() - started) * 1000)
    cpu_ms = (cpu_s() - before) / count * 1000
    rps = together(clients, numbers, count) if clients else None
    return Figure(name, tickets, cpu_ms, median(times), quantile(times, 0.95), rps)


def together(clients: Sequence[Callable[[int], None]], numbers: Iterator[int], count: int) -> float:
    """Requests a second when all clients work at once."""
    shares = [[next(numbers) for _ in range(count // len(clients))] for _ in clients]

    def work(client: Callable[[int], None], mine: list[int]) -> None:
        for number in mine:
            client(number)

    started = perf_counter()
    with ThreadPoolExecutor(len(clients)) as pool:
        for done in [pool.submit(work, client, mine) for client, mine in zip(clients, shares, strict=True)]:
            done.result()
    return sum(map(len, shares)) / (perf_counter() - started)
