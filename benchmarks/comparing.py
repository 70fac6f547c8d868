"""Two sizes of site side by side: interleaved runs, so that whatever else the machine does falls on both."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.figures import Figure
from benchmarks.instances import opened
from benchmarks.pages import NAMES, Pages
from benchmarks.stack import running

RUNS = 5
REQUESTS = 75


@dataclass(frozen=True, slots=True)
class Ratio:
    """How much more CPU a page takes on the larger site: the median of the runs' ratios."""

    name: str
    small: int
    large: int
    small_ms: float
    large_ms: float
    ratio: float

    def line(self) -> str:
        """As JSON."""
        return json.dumps({
            "name": f"{self.name}_ratio", "tickets": self.large, "against": self.small, "small_cpu_ms": round(self.small_ms, 2),
            "large_cpu_ms": round(self.large_ms, 2), "ratio": round(self.ratio, 3), "runs": RUNS,
        })  # fmt: skip


def compare(small: int, large: int, wanted: Collection[str]) -> Iterator[Ratio]:
    """Serve both at once and measure them by turns."""
    with ExitStack() as closing:
        stacks = [closing.enter_context(running(closing.enter_context(opened(size)))) for size in (small, large)]
        both = [Pages(stack, at_once=0, count=REQUESTS) for stack in stacks]
        for name in NAMES:
            if name in wanted:
                yield _ratio(name, both)


def _ratio(name: str, both: list[Pages]) -> Ratio:
    """The median of five ratios, each of two figures taken one right after the other."""
    pairs = [[_cpu_ms(getattr(pages, name)()) for pages in both] for _ in range(RUNS)]
    small_ms, large_ms = (median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = median(pair[1] / pair[0] for pair in pairs)
    return Ratio(name, both[0].tickets, both[1].tickets, small_ms, large_ms, ratio)


def _cpu_ms(figure: Figure) -> float:
    """The CPU time of a page's figure."""
    assert figure.cpu_ms is not None  # every page has one
    return max(figure.cpu_ms, 0.01)
