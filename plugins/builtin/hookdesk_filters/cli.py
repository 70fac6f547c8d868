"""`hookdesk filters …`: rules as files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NoReturn

import click

from hookdesk.api import system
from hookdesk_filters import dryrun, files, lint
from hookdesk_filters.rules import RuleProblem, checked

ACTOR = "command line"
LINTABLE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def _read(file: Path) -> list[files.FileRule]:
    """The rules of a file, or an end with its problem."""
    try:
        return files.read(file.read_text(encoding="utf-8"))
    except (RuleProblem, UnicodeDecodeError) as problem:
        _end(f"{file}: {problem}")


def _end(text: str) -> NoReturn:
    """Exit status 1 with words on standard error."""
    click.echo(text, err=True)
    sys.exit(1)


@click.command("export")
def export_rules() -> None:
    """Print all filters as JSON."""
    click.echo(files.exported(), nl=False)


@click.command("import")
@LINTABLE
def import_rules(file: Path) -> None:
    """Store the filters of a file: known names get a new version, others are added. Nothing is stored if one of them cannot be."""
    try:
        done = files.imported(system(ACTOR), _read(file))
    except RuleProblem as problem:
        _end(f"{file}: {problem}")
    click.echo(f"{done.added} added, {done.changed} changed, {done.same} as they were")


@click.command("lint")
@LINTABLE
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def lint_rules(file: Path, as_json: bool) -> None:
    """Look the filters of a file over, as if they were all there are. Exit status 1 if something is wrong."""
    rules = [rule for rule in _read(file) if rule.is_active]
    remarks = lint.all_rules([(place, 1, rule.values) for place, rule in enumerate(rules)])
    found = [
        {"filter": rule.values.name, "level": remark.level, "kind": remark.kind, "text": remark.text}
        for place, rule in enumerate(rules)
        for remark in remarks[place]
    ]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for one in found:
            click.echo(f"{one['level']}: {one['filter']}: {one['text']}")
        click.echo(f"{len(rules)} filters looked over")
    sys.exit(1 if any(one["level"] != lint.HINT for one in found) else 0)


@click.command("dry-run")
@LINTABLE
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="Tickets of so many days.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def dry_run(file: Path, days: int, as_json: bool) -> None:
    """Try each filter of a file on past tickets. Nothing is changed."""
    told = []
    for rule in _read(file):
        try:
            run_id = dryrun.ask(system(ACTOR), checked(rule.values), days)
        except RuleProblem as problem:
            _end(f"{rule.values.name}: {problem}")
        told.append(_done(run_id, rule.values.name))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for one in told:
        click.echo(
            f"{one['filter']}: {one['matched']} of {one['looked_at']} match; {one['changed']} would be handled differently, "
            f"{one['same']} ended up the same, {one['contested']} decided otherwise"
        )


def _done(run_id: int, name: str) -> dict[str, object]:
    """A run brought to its end, and what it found."""
    while (run := dryrun.one(run_id)) is not None and run.state in dryrun.OPEN:
        dryrun.step(run_id)
    if run is None or run.state != "done":
        _end(f"{name}: {run.problem if run else 'the dry run is gone'}")
    tickets = [dict(row) for row in dryrun.found(system(ACTOR), run_id, "changed", 0, dryrun.MOST_KEPT)]
    counts = {
        key: getattr(run, key) for key in ("looked_at", "matched", "changed", "same", "contested", "milliseconds")
    }
    return {"filter": name, **counts, "tickets": tickets}


COMMANDS = (export_rules, import_rules, lint_rules, dry_run)
