"""`python -m benchmarks`: one JSON object a line, or the whole report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from benchmarks import comparing, measuring, report
from benchmarks.client import Unexpected


def main(words: Sequence[str] | None = None) -> int:
    """The exit status: 1 if something could not be measured."""
    asked = _parser().parse_args(words)
    known = measuring.names()
    wanted = [name for name in (asked.only or "").split(",") if name] or known
    if unknown := sorted(set(wanted) - set(known)):
        print(f"There is no {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    try:
        if asked.compare:
            small, large = (int(size) for size in asked.compare.split(","))
            lines = (ratio.line() for ratio in comparing.compare(small, large, wanted))
        elif asked.growth:
            return report.write_growth([int(size) for size in asked.growth.split(",")], asked.database)
        elif asked.scopes:
            return report.write_scopes(asked.database)
        elif asked.mail:
            return report.write_mail(asked.database)
        elif asked.tickets:
            lines = (figure.line() for figure in measuring.measure(asked.tickets, wanted, asked.database))
        else:
            return report.write(asked.database)
        for line in lines:
            print(line, flush=True)
    except Unexpected as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--tickets", type=int, metavar="N", help="measure a site with so many tickets")
    parser.add_argument("--only", metavar="NAME,…", help="these figures alone")
    parser.add_argument(
        "--database",
        default="",
        metavar="URL",
        help="an empty PostgreSQL database instead of SQLite; in the report: besides; with --growth {tickets} in it stands for the size",
    )
    parser.add_argument(
        "--compare", metavar="N,M", help="ratios of CPU times between two sizes, medians of 5 interleaved runs"
    )
    parser.add_argument(
        "--growth", metavar="N,M,…", help="write what an agent does all day at these sizes, and nothing else"
    )
    parser.add_argument(
        "--scopes",
        action="store_true",
        help="write the figures of lists at 1,000,000 tickets into the report, and nothing else",
    )
    parser.add_argument(
        "--mail",
        action="store_true",
        help="write what mail takes, in and out, at 10,000 tickets into the report, and nothing else",
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line; --tickets and --compare print nothing else"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
