"""`hookdesk mail …` of a site: what would become of a mail, and taking in mails that lie in files."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from hookdesk_email_in import archives, importing, rehearsal
from hookdesk_email_in.report import report

WORDS = {
    "ticket": "new tickets",
    "reply": "replies",
    "rejected": "turned away",
    "quarantined": "kept aside",
    "pending": "to be tried again",
    importing.KNOWN: "known already",
}


@click.group("mail")
def mail() -> None:
    """Incoming mail: look at it, take it in."""


@mail.command("inspect")
@click.option("--site", is_flag=True, help="Say also what would become of it at this site.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def inspect(files: tuple[Path, ...], site: bool) -> None:
    """Show what is read out of mails, by which rules, and what would become of them here. Nothing is stored."""
    for path in files:
        seen = rehearsal.rehearse(path.read_bytes())
        click.echo(report(str(path), seen.look) + "\n".join(f"  {line}" for line in rehearsal.lines(seen)) + "\n")


@mail.command("import")
@click.option("--mailbox", default="", help="The address at which these mails arrived, if they do not say so.")
@click.option("--tell", is_flag=True, help="Confirm and alert as if they came in now; without it nobody is told.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def import_mails(paths: tuple[Path, ...], mailbox: str, tell: bool) -> None:
    """Take in the mails of files, mboxes, Maildirs and folders.

    What was imported before is left out, so a run that was ended (Ctrl-C) goes on where it was. Exit status 1 if one could not be read.
    """
    found = [path for given in paths for path in archives.files(given)]
    counted: Counter[str] = Counter()
    unread: list[str] = []
    length = sum(path.stat().st_size for path in found)
    with _until_told() as stop, click.progressbar(length=length, label="Importing", file=sys.stderr) as bar:
        for path in found:
            counted += _import_file(path, bar, stop, unread, mailbox=mailbox, is_quiet=not tell)
            if stop:
                break
    for outcome in importing.OUTCOMES:
        if counted[outcome]:
            click.echo(f"{counted[outcome]:>8} {WORDS[outcome]}")
    click.echo(f"{sum(counted.values()):>8} mails{', and it was ended before the last' if stop else ''}")
    if unread:
        click.echo("\n".join(unread), err=True)
        sys.exit(1)
    sys.exit(130 if stop else 0)


def _import_file(path: Path, bar: Any, stop: list[int], unread: list[str], **how: Any) -> Counter[str]:
    """One file; what cannot be read is noted, and the next may be."""
    at = 0

    def told(mail: archives.Archived, outcome: str) -> bool:
        nonlocal at
        bar.update(mail.upto - at)
        at = mail.upto
        return not stop

    try:
        return importing.take_all(archives.mails(path), told, source="upload", **how)
    except OSError as problem:
        unread.append(f"{path}: {problem}")
        return Counter()


@contextmanager
def _until_told() -> Iterator[list[int]]:
    """The first Ctrl-C lets the mail that is under way end; the second ends at once."""
    asked: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


COMMANDS = [mail]
