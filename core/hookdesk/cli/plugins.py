"""`hookdesk plugins …`. Nothing here imports a plugin, so that a broken one can always be listed and switched off."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Row, select
from sqlalchemy.exc import DBAPIError

from hookdesk import clock, config
from hookdesk.cli.opened import require_instance
from hookdesk.db.engine import Database
from hookdesk.db.migrate import MigrationError
from hookdesk.db.retry import lacks_tables
from hookdesk.lifecycle import process
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.doctor import doctor as examine
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.order import resolve
from hookdesk.lifecycle.purge import purge as forget
from hookdesk.lifecycle.switch import Lifecycle, LifecycleError
from hookdesk.models import PluginState

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@contextmanager
def opened(anywhere: bool = False) -> Iterator[Lifecycle]:
    """The instance's plugins; what cannot be done with them is told in one line, with exit status 1.

    `anywhere`: an author has no instance yet and may look at plugins all the same.
    """
    # What goes into the system log is told by the command itself.
    logging.getLogger("hookdesk").addHandler(logging.NullHandler())
    try:
        settings = config.load()
        if not anywhere:
            require_instance(settings)
        nowhere = not settings.database_url and not settings.instance.is_dir()
        db = Database("sqlite://" if nowhere else settings.database)
        try:
            yield Lifecycle(settings, db)
        finally:
            db.dispose()
    except (LifecycleError, MigrationError) as error:
        raise click.ClickException(str(error)) from None


@click.group()
def plugins() -> None:
    """List, check, switch, order and remove plugins."""


@plugins.command("list")
@as_json
def list_plugins(as_json: bool) -> None:
    """Every installed plugin: its state, version and title."""
    with opened(anywhere=True) as lifecycle:
        rows = _rows(lifecycle)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max((len(row["slug"]) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['state']:<8} {row['slug']:<{width}}  {row['version']:<8} {row['title']}")
        if row["problem"]:
            click.echo(f"{'':<8} {row['problem']}")


def _stored(db: Database) -> dict[str, Row[Any]]:
    """What is known of each plugin. Where the database does not tell, "off" means nothing, so that is said."""
    try:
        with db.read() as reading:
            return {row.slug: row for row in reading.all(select(PluginState.__table__))}
    except DBAPIError as error:
        if not lacks_tables(error):
            reason = " ".join(str(error.orig).split())
            click.echo(f"The database cannot be used, so what is switched on is not known: {reason}.", err=True)
        return {}


def _rows(lifecycle: Lifecycle) -> list[dict[str, Any]]:
    """What the list shows, the running ones first and in their order."""
    found, stored = discover(), _stored(lifecycle.db)
    enabled = {slug: row.position for slug, row in stored.items() if row.is_enabled}
    order, problems = resolve(found, enabled)
    slugs = [item.slug for item in order]
    rows = []
    for slug in [*slugs, *sorted((set(found) | set(enabled)) - set(slugs))]:
        item, row = found.get(slug), stored.get(slug)
        paused = bool(row and row.paused_until and row.paused_until > clock.now())
        problem = problems.get(slug) or (item.problem if item else "") or (row.problem if row else "")
        stopped = bool(row and row.stopped_at)
        state = (
            "stopped"
            if stopped
            else "paused"
            if paused
            else "broken"
            if slug in problems
            else "on"
            if slug in enabled
            else "off"
        )
        rows.append({
            "slug": slug, "state": state, "enabled": slug in enabled, "version": item.version if item else "",
            "title": item.title if item else "(not installed)", "builtin": bool(item and item.is_builtin), "problem": problem,
        })  # fmt: skip
    return rows


@plugins.command()
@click.argument("slug")
@as_json
def check(slug: str, as_json: bool) -> None:
    """Try a plugin out in a process of its own, beside those that are switched on. Exit status 1 if something is wrong."""
    with opened(anywhere=True) as lifecycle:
        order = [item.slug for item in resolve(discover(), states(lifecycle.db))[0]]
        problems = process.check(lifecycle.config, slug, order)
    if as_json:
        click.echo(json.dumps({"slug": slug, "ok": not problems, "problems": problems}))
    else:
        click.echo("\n".join(f"{slug}: {problem}" for problem in problems) or f"{slug} is in order.")
    raise SystemExit(1 if problems else 0)


@plugins.command()
@click.argument("slug")
def enable(slug: str) -> None:
    """Check a plugin, migrate its tables and switch it on. Running processes follow within a second."""
    with opened() as lifecycle:
        lifecycle.enable(slug)
    click.echo(f"{slug} is on.")


@plugins.command()
@click.argument("slug")
@click.option("--force", is_flag=True, help="Also the last provider of sign-in or of the admin panel.")
@click.option("--cascade", is_flag=True, help="Also those that depend on it.")
def disable(slug: str, force: bool, cascade: bool) -> None:
    """Switch a plugin off. Its tables and settings stay."""
    with opened() as lifecycle:
        gone = lifecycle.disable(slug, force, cascade)
    click.echo(f"Off: {', '.join(gone)}.")


@plugins.command()
@click.argument("slugs", nargs=-1, required=True)
def order(slugs: Sequence[str]) -> None:
    """Ask plugins in this order; those not named come after them."""
    with opened() as lifecycle:
        lifecycle.set_order(slugs)
    click.echo(f"The order is: {', '.join(slugs)}.")


@plugins.command()
@click.argument("slug")
def undo(slug: str) -> None:
    """Take back a migration that stopped half-way."""
    with opened() as lifecycle:
        lifecycle.undo(slug)
    click.echo(f"{slug} is off, and its tables are as they were.")


@plugins.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(slug: str, yes: bool) -> None:
    """Delete everything that a plugin has kept: tables, settings, files. There is no way back."""
    if (
        not yes
        and click.prompt(f"Type {slug} to delete everything that it has kept", default="", show_default=False) != slug
    ):
        raise click.ClickException("Nothing was deleted.")
    with opened() as lifecycle:
        problems = forget(lifecycle, slug)
    click.echo("\n".join([*problems, f"{slug} has been forgotten."]))


@plugins.command()
@as_json
def doctor(as_json: bool) -> None:
    """Say what is wrong with the plugins and what to do about it. Exit status 1 if something is."""
    with opened() as lifecycle:
        findings = examine(lifecycle.config, lifecycle.db)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        click.echo(
            "\n".join(f"{item.slug}: {item.problem}\n  → {item.remedy}" for item in findings)
            or "All plugins are in order."
        )
    raise SystemExit(1 if findings else 0)


@plugins.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder to make it in."
)
def new(name: str, into: Path) -> None:
    """Write a new plugin with a page, a table, a setting, a hook and tests, ready to install and to publish."""
    from hookdesk.skeleton import write_skeleton

    try:
        folder = write_skeleton(name, into)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from None
    slug = folder.name.removeprefix("hookdesk-").replace("-", "_")
    click.echo(f"Written to {folder}. Next:\n  pip install -e {folder}\n  hookdesk plugins enable {slug}")
