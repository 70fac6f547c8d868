"""How fast this machine is: CPU time of a bare loop, so that figures of different machines can be set in relation."""

from __future__ import annotations

from time import process_time

ROUNDS = 3_000_000


def loop_ms() -> float:
    """CPU milliseconds of the loop."""
    x, started = 0, process_time()
    for i in range(ROUNDS):
        x += i * i % 7
    return (process_time() - started) * 1000
