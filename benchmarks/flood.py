"""A flood of mails made out of real ones, each with a prediction of what becomes of it: `python -m benchmarks.flood --count 10000`.

A fresh instance takes them in through its spool; then the ledger is held against the predictions. The exit status is 1 if they differ.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter

from flask import Flask
from sqlalchemy import select

from benchmarks import corpus, instances
from benchmarks.instances import Instance
from benchmarks.intake import spool
from benchmarks.plot import OURS, Made, Plot, Settled
from hookdesk.api import IntakeRecord, intake, reading, release, site, system
from hookdesk.app import create_app
from hookdesk.config import load
from hookdesk_email_in import services
from hookdesk_email_in.settings import Settings

AT_ONCE = 100
SHOWN = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """A mail that ended otherwise than predicted."""

    made: Made
    settled: Settled


def main(words: Sequence[str] | None = None) -> int:
    """The exit status."""
    asked = _parser().parse_args(words)
    plot = Plot(corpus.cases(), asked.seed)
    with _instance(asked.keep) as instance:
        app = create_app(load(instance.folder, {**os.environ, **instance.environment}))
        with app.app_context():
            site().settings.save("email_in", Settings, {"own_addresses": (OURS,)}, system("benchmarks"))
            started = perf_counter()
            differences = list(_poured(app, instance, plot, asked.count))
            seconds, ledger = perf_counter() - started, intake.ledger()
    print(f"{asked.count:,} mails in {seconds:.0f} s; the ledger: {ledger}")
    print(_table(plot.predicted, differences))
    for one in differences[:SHOWN]:
        print(
            f"  {one.made.case} ({one.made.what}): predicted {one.made.outcome}, is {one.settled.outcome}: {one.settled.reason}"
        )
    balances = ledger["received"] == sum(count for name, count in ledger.items() if name != "received")
    return 0 if balances and not ledger["pending"] and not differences else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flood", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="so many mails (10000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number makes other mails (1)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the instance there and keep it, to look at")
    return parser


@contextmanager
def _instance(keep: Path | None) -> Iterator[Instance]:
    """A fresh instance; kept in that folder, or thrown away."""
    with tempfile.TemporaryDirectory(prefix="hookdesk-flood-") as name:
        instance = instances.made(keep or Path(name) / "i", 0)
        instances.initialise(instance)
        yield instance


def _poured(app: Flask, instance: Instance, plot: Plot, count: int) -> Iterator[Difference]:
    """Take the mails in by the hundred, for what is answered later must be there by then."""
    mails, newest = plot.mails(), intake.ledger()["received"]
    done = 0
    while batch := list(islice(mails, min(AT_ONCE, count - done))):
        for number, made in enumerate(batch):
            spool(instance, f"{done + number:06d}", made.raw)
        while services.drain():
            release()
        release()
        settled = _settled(newest)
        newest = max((one.intake_id for one in settled), default=newest)
        done += len(batch)
        yield from _differences(plot, batch, settled)
        print(f"\r{done:,}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def _settled(newest: int) -> list[Settled]:
    """How the records after that one ended, in their order."""
    columns = (IntakeRecord.id, IntakeRecord.outcome, IntakeRecord.ticket_id, IntakeRecord.reason)
    rows = reading().all(select(*columns).where(IntakeRecord.id > newest).order_by(IntakeRecord.id).limit(2 * AT_ONCE))
    return [Settled(*row) for row in rows]


def _differences(plot: Plot, batch: Iterable[Made], settled: Iterable[Settled]) -> Iterator[Difference]:
    """Hold each record against its mail: they were spooled, and so stored, in the same order."""
    for made, one in zip(batch, settled, strict=True):
        plot.came_to(made, one)
        if not plot.is_right(made, one):
            yield Difference(made, one)


def _table(predicted: Mapping[tuple[str, str], int], differences: Sequence[Difference]) -> str:
    """One line for each kind of mail."""
    wrong = Counter((one.made.what, one.made.outcome) for one in differences)
    lines = [f"{'mail':<34}{'predicted':<14}{'number':>8}{'otherwise':>11}"]
    lines += [
        f"{what:<34}{end:<14}{count:>8}{wrong[what, end]:>11}" for (what, end), count in sorted(predicted.items())
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
