"""Which measurements there are, and running some of them on one instance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from importlib.metadata import entry_points

from benchmarks import (
    api,
    attack,
    calibration,
    crowd,
    deadlines,
    desk,
    filters,
    intake,
    lists,
    mail,
    mailbox,
    operation,
    outgoing,
    pages,
    scopes,
)
from benchmarks.figures import Figure
from benchmarks.instances import Instance, opened
from benchmarks.stack import Stack, running

GROUP = "hookdesk.benchmarks"
"""Entry points of plugins: a function that takes a `Stack` and returns a `Figure`; the entry point's name is the figure's."""
ON_STACK = (pages, lists, api, mail, operation)


def names() -> list[str]:
    """All names, in the order in which they are measured."""
    own = [name for part in ON_STACK for name in part.NAMES]
    return [
        "calibration",
        *own,
        *(point.name for point in entry_points(group=GROUP)),
        "start",
        attack.NAME,
        *crowd.NAMES,
        *desk.NAMES,
        *filters.NAMES,
        *deadlines.NAMES,
        *intake.NAMES,
        *outgoing.NAMES,
        *mailbox.NAMES,
        *scopes.NAMES,
    ]


def measure(tickets: int, wanted: Collection[str], database_url: str = "") -> Iterator[Figure]:
    """Take the figures one after the other."""
    if "calibration" in wanted:
        yield Figure("calibration", 0, calibration.loop_ms())
    yield from scopes.measure(tickets, wanted, database_url)
    if set(wanted) <= {"calibration", *scopes.NAMES}:
        return
    with opened(tickets, database_url) as instance:
        yield from filters.measure(instance, wanted)
        yield from deadlines.measure(instance, wanted)
        yield from outgoing.measure(instance, wanted)
        if set(wanted) - {
            "calibration",
            "start",
            attack.NAME,
            *crowd.NAMES,
            *desk.NAMES,
            *filters.NAMES,
            *deadlines.NAMES,
            *intake.NAMES,
            *outgoing.NAMES,
            *mailbox.NAMES,
            *scopes.NAMES,
        }:
            with running(instance) as stack:
                for name, take in _on_stack(stack, wanted):
                    if name in wanted:
                        stack.settle()
                        yield take()
        if "start" in wanted:
            yield operation.start(instance)
        if attack.NAME in wanted:
            yield attack.open_queue_attacked(instance)
        if set(crowd.NAMES) & set(wanted):
            yield from crowd.measure(instance)
        yield from desk.measure(instance, wanted)
        yield from intake.measure(instance, wanted)
        yield from mailbox.measure(instance, wanted)


def _on_stack(stack: Stack, wanted: Collection[str]) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each measurement that needs a running site; what is not asked for is not even prepared."""
    for part in ON_STACK:
        if set(part.NAMES) & set(wanted):
            yield from part.everything(stack)
    for point in entry_points(group=GROUP):
        if point.name in wanted:
            taken = point.load()
            yield point.name, lambda taken=taken: taken(stack)  # type: ignore[misc]  # bound now, called later


def prepare(tickets: int) -> Instance | None:
    """Seed the cached instance, so that it does not happen between two figures."""
    with suppress(StopIteration), opened(tickets) as instance:
        return instance
    return None
