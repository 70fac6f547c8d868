"""What an agent does all day, at several sizes of site: a table of its own, with how much more the largest takes than the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks import calibration, comparing, crowd, desk, lists, machine, measuring, pages
from benchmarks.comparing import Ratio
from benchmarks.figures import Figure
from benchmarks.targets import RATIO, TARGETS

NAMES = (*pages.NAMES, *lists.NAMES, *desk.NAMES, "memory", *crowd.NAMES)
Taken = Mapping[str, Mapping[str, Figure]]
"""Figures by name, by column."""


def tables(sizes: Sequence[int], database_url: str) -> Iterator[list[str]]:
    """Measure and put into words: the lines of the table anew with each column, for a run at a million tickets may be cut short.

    `database_url`, if any: PostgreSQL databases besides, one a size, where "{tickets}" stands for it.
    """
    loops, loads = [calibration.loop_ms()], [machine.load()]
    taken: dict[str, Mapping[str, Figure]] = {}
    ratios: dict[str, Ratio] = {}

    def lines() -> list[str]:
        loops.append(calibration.loop_ms())
        return [*machine.circumstances(loops, loads), "", *_table(taken, ratios, sizes), "", *_missed(taken, ratios)]

    for size in sizes:
        taken[f"{size:,}"] = _measured(size, "", loads)
        yield lines()
    if len(sizes) > 1:
        ratios = {ratio.name: ratio for ratio in comparing.compare(sizes[-2], sizes[-1], pages.NAMES)}
        yield lines()
    for size in sizes if database_url else ():
        taken[f"PostgreSQL, {size:,}"] = _measured(size, database_url.replace("{tickets}", str(size)), loads)
        yield lines()


def _measured(size: int, database_url: str, loads: list[float]) -> dict[str, Figure]:
    """The figures of one column; each is printed as it comes."""
    found = {}
    for figure in measuring.measure(size, NAMES, database_url):
        print(figure.line(), flush=True)
        loads.append(machine.load())
        found[figure.name] = figure
    return found


def _table(taken: Taken, ratios: Mapping[str, Ratio], sizes: Sequence[int]) -> list[str]:
    """A row for each figure."""
    grown = f"{sizes[-1]:,} / {sizes[-2]:,}" if len(sizes) > 1 else "growth"
    head = ("what", *taken, grown, "asked for", "")
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *(_row(name, taken, ratios) for name in NAMES)]


def _row(name: str, taken: Taken, ratios: Mapping[str, Ratio]) -> str:
    """What one thing costs everywhere: ms of CPU, ms of time (half of all, and all but one in twenty), or memory."""
    figures = [found.get(name) for found in taken.values()]
    target, ratio = TARGETS.get(name), ratios.get(name)
    met = "" if target is None else "met" if all(target.met(one) for one in figures if one) else "**missed**"
    cells = [
        f"`{name}`",
        *map(_cell, figures),
        f"{ratio.ratio:.2f}" if ratio else "",
        target.words() if target else "",
        met,
    ]
    return f"| {' | '.join(cells)} |"


def _cell(figure: Figure | None) -> str:
    """A figure in a column; nothing if it was not measured there."""
    if figure is None:
        return ""
    if figure.mb is not None:
        return f"{figure.mb:.0f} MB"
    if figure.cpu_ms is None:
        return f"{figure.p50_ms or 0:.0f} / {figure.p95_ms or 0:.0f} ms"
    return f"{figure.cpu_ms:.1f} ({figure.p50_ms or 0:.1f} / {figure.p95_ms or 0:.1f})"


def _missed(taken: Taken, ratios: Mapping[str, Ratio]) -> list[str]:
    """What was missed, where; and what grew by more than it should."""
    missed = [
        f"{name} ({column})"
        for column, found in taken.items()
        for name in NAMES
        if name in TARGETS and name in found and not TARGETS[name].met(found[name])
    ]
    grown = [f"{one.name} ({one.ratio:.2f})" for one in ratios.values() if one.ratio > RATIO]
    return [
        f"Missed: {', '.join(missed) or 'nothing'}.",
        *([f"More than {RATIO} times the CPU on the largest: {', '.join(grown) or 'nothing'}."] if ratios else []),
    ]
