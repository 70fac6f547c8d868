"""`make bench`: everything at 10,000 and at 100,000 tickets, written to docs/performance.md."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import calibration, comparing, growth, intake, machine, mail, measuring, outgoing, pages, scopes
from benchmarks.client import Unexpected
from benchmarks.comparing import Ratio
from benchmarks.figures import Figure
from benchmarks.targets import OSTICKET, RATIO, TARGETS

SMALL, LARGE = 10_000, 100_000
FILE = Path(__file__).parent.parent / "docs" / "performance.md"
FIGURES, GROWTH, SCOPES, MAIL = "figures", "growth", "scopes", "mail"
"""Parts of the page, between `<!-- name -->` and `<!-- /name -->`."""
HEAD = (
    "what", "CPU ms, 10k", "CPU ms, 100k", "100k / 10k", "asked for", "", "p50 / p95 ms, 100k", "requests/s, 4 clients",
    "PostgreSQL, CPU ms, 100k", "osTicket, CPU ms, 10k / 100k",
)  # fmt: skip
ON_POSTGRESQL = pages.NAMES
MAILS = (*mail.NAMES, *intake.NAMES, *outgoing.NAMES, "imap_sync", "imap_poll")


def write(database_url: str = "") -> int:
    """Measure and write; the exit status: 1 if something could not be measured. Given an empty PostgreSQL, the pages on that too."""
    loops, loads = [calibration.loop_ms()], [machine.load()]
    wanted = [name for name in measuring.names() if name not in ("calibration", *scopes.NAMES)]
    try:
        taken = {size: _shown(size, wanted, loads) for size in (SMALL, LARGE)}
        loops.append(calibration.loop_ms())
        ratios = []
        for ratio in comparing.compare(SMALL, LARGE, wanted):
            print(ratio.line(), flush=True)
            ratios.append(ratio)
            loads.append(machine.load())
        loops.append(calibration.loop_ms())
        _store(_text(taken[SMALL], taken[LARGE], {}, ratios, machine.circumstances(loops, loads)))
        if database_url:
            postgresql = _shown(LARGE, ON_POSTGRESQL, loads, database_url)
            _store(_text(taken[SMALL], taken[LARGE], postgresql, ratios, machine.circumstances(loops, loads)))
    except Unexpected as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    print(f"Written: {FILE}")
    return write_scopes(database_url)


def write_scopes(database_url: str = "") -> int:
    """Measure lists where very many tickets are, and write their table."""
    loads = [machine.load()]
    found = {"SQLite": _shown(scopes.SIZE, scopes.NAMES, loads)}
    if database_url:
        found["PostgreSQL"] = _shown(scopes.SIZE, scopes.NAMES, loads, database_url)
    _store(_scopes_text(found, machine.circumstances([calibration.loop_ms()], loads)), SCOPES)
    return 0


def write_mail(database_url: str = "") -> int:
    """Measure what mail takes, and write its table; on PostgreSQL besides, given an empty database."""
    loads, loops = [machine.load()], [calibration.loop_ms()]
    found = {"SQLite": _shown(SMALL, MAILS, loads)}
    if database_url:
        found["PostgreSQL"] = _shown(SMALL, MAILS, loads, database_url)
    loops.append(calibration.loop_ms())
    _store(_mail_text(found, machine.circumstances(loops, loads)), MAIL)
    return 0


def _mail_text(found: Mapping[str, Mapping[str, Figure]], circumstances: Sequence[str]) -> str:
    """The table of mail: what one takes, and how many a second, by database."""
    databases = [f"{name}, a mail | a second" for name in found]
    lines = [
        *circumstances,
        "",
        f"| what | {' | '.join(databases)} | asked for | | osTicket, CPU ms |",
        "|---" * (4 + 2 * len(found)) + "|",
    ]
    for name in MAILS:
        taken = [figures.get(name) for figures in found.values()]
        cells = [cell for one in taken for cell in (_taking(one), f"{one.rps:.0f}" if one and one.rps else "")]
        target = TARGETS.get(name)
        known = [one for one in taken if one is not None]
        met = "" if target is None else "met" if known and all(map(target.met, known)) else "**missed**"
        words = "" if target is None else target.words()
        lines.append(f"| `{name}` | {' | '.join(cells)} | {words} | {met} | {OSTICKET.get(name, ('',))[0]} |")
    return "\n".join(lines)


def _taking(figure: Figure | None) -> str:
    """What a mail takes: CPU and memory, as far as they were measured."""
    if figure is None:
        return ""
    cpu = [] if figure.cpu_ms is None else [f"{figure.cpu_ms:.1f} ms"]
    return ", ".join(cpu + ([] if figure.mb is None else [f"{figure.mb:.0f} MB"]))


def write_growth(sizes: Sequence[int], database_url: str) -> int:
    """Measure what an agent does all day at these sizes, and write their table."""
    try:
        for lines in growth.tables(sizes, database_url):
            _store("\n".join(lines), GROWTH)
    except Unexpected as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _scopes_text(found: Mapping[str, Mapping[str, Figure]], circumstances: Sequence[str]) -> str:
    """The table of lists: two columns a database."""
    databases = [f"{name}, CPU ms | p50 / p95 ms" for name in found]
    lines = [
        *circumstances,
        "",
        f"| what | {' | '.join(databases)} | asked for | |",
        "|---" * (3 + 2 * len(found)) + "|",
    ]
    for name in scopes.NAMES:
        taken = [figures[name] for figures in found.values()]
        cells = [cell for one in taken for cell in (_cost(one), f"{one.p50_ms or 0:.1f} / {one.p95_ms or 0:.1f}")]
        met = "met" if all(TARGETS[name].met(one) for one in taken) else "**missed**"
        lines.append(f"| `{name}` | {' | '.join(cells)} | {TARGETS[name].words()} | {met} |")
    return "\n".join(lines)


def _shown(size: int, wanted: Sequence[str], loads: list[float], database_url: str = "") -> dict[str, Figure]:
    """The figures of one size by name; each is printed as it comes, and the machine's load noted."""
    found = {}
    for figure in measuring.measure(size, wanted, database_url):
        print(figure.line(), flush=True)
        loads.append(machine.load())
        found[figure.name] = figure
    return found


def _store(text: str, part: str = FIGURES) -> None:
    """Put the text between the marks; what people wrote around them stays."""
    begin, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    page = FILE.read_text(encoding="utf-8") if FILE.exists() else "# Performance\n"
    if begin not in page:
        page += f"\n{begin}\n{end}\n"
    before, _, rest = page.partition(begin)
    FILE.write_text(f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def _text(
    small: dict[str, Figure],
    large: dict[str, Figure],
    postgresql: dict[str, Figure],
    ratios: Sequence[Ratio],
    circumstances: Sequence[str],
) -> str:
    """The whole part that is generated."""
    by_name = {ratio.name: ratio for ratio in ratios}
    names = [name for name in large if name in small]
    parts = [
        *circumstances,
        "",
        f"| {' | '.join(HEAD)} |",
        "|---" * len(HEAD) + "|",
        *(_row(name, small[name], large[name], by_name.get(name), postgresql.get(name)) for name in names),
        "",
        *_verdict(large, ratios),
    ]
    return "\n".join(parts)


def _row(name: str, small: Figure, large: Figure, ratio: Ratio | None, postgresql: Figure | None) -> str:
    """One line of the table."""
    target = TARGETS.get(name)
    asked = met = ""
    if target is not None:
        asked = target.words()
        met = "met" if target.met(large) else "**missed**"
    times = "" if large.p50_ms is None else f"{large.p50_ms:.1f} / {large.p95_ms:.1f}"
    theirs = " / ".join(filter(None, OSTICKET.get(name, ())))
    cells = [
        f"`{name}`", _cost(small), _cost(large), f"{ratio.ratio:.2f}" if ratio else "", asked, met, times,
        "" if large.rps is None else f"{large.rps:.0f}", _cost(postgresql) if postgresql else "", theirs,
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _cost(figure: Figure) -> str:
    """CPU, or memory."""
    if figure.mb is not None:
        return f"{figure.mb:.0f} MB"
    return "" if figure.cpu_ms is None else f"{figure.cpu_ms:.1f}"


def _verdict(large: dict[str, Figure], ratios: Sequence[Ratio]) -> list[str]:
    """What was missed, in a sentence."""
    missed = [name for name, target in TARGETS.items() if name in large and not target.met(large[name])]
    grown = [ratio.name for ratio in ratios if ratio.ratio > RATIO]
    lines = ["Every figure that is asked for is met." if not missed else f"Missed: {', '.join(missed)}."]
    if ratios:
        most = max(ratios, key=lambda ratio: ratio.ratio)
        lines.append(
            f"From 10,000 to 100,000 tickets no page takes more than {RATIO} times the CPU (most: {most.name}, {most.ratio:.2f})."
            if not grown
            else f"More than {RATIO} times the CPU from 10,000 to 100,000 tickets: {', '.join(grown)}."
        )
    return lines
