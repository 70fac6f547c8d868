"""`hookdesk db …`: migrations of core and of the plugins that are switched on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hookdesk.cli.plugins import as_json, opened
from hookdesk.db import migrate
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.doctor import behind
from hookdesk.lifecycle.loader import import_plugin, states
from hookdesk.lifecycle.upgrade import upgrade_all


@click.group()
def db() -> None:
    """Migrate the database, and see whether it is up to date."""


@db.command()
def upgrade() -> None:
    """Bring all tables up to the installed code. On SQLite the file is copied first. A plugin that cannot be migrated is switched off."""
    with opened() as lifecycle:
        done = upgrade_all(lifecycle.config, lifecycle.db)
    for item in done:
        click.echo(f"{item.branch}: {item.problem or f'at revision {item.revision}'}")
    raise SystemExit(1 if any(item.problem for item in done) else 0)


@db.command()
@as_json
def check(as_json: bool) -> None:
    """Say what has to be migrated, and where core's tables differ from its models. Exit status 1 if anything does."""
    with opened() as lifecycle:
        url, found = lifecycle.config.database, discover()
        findings = behind(lifecycle.config, [found[slug] for slug in states(lifecycle.db) if slug in found])
        problems = [f"{finding.slug}: {finding.problem}" for finding in findings]
        problems = problems or [f"core: {difference}" for difference in migrate.check(url)]
    click.echo(
        json.dumps({"ok": not problems, "problems": problems})
        if as_json
        else "\n".join(problems) or "The database is up to date."
    )
    raise SystemExit(1 if problems else 0)


@db.command()
@click.argument("slug")
@click.option("-m", "--message", required=True, help="What the revision does, in a few words.")
def revision(slug: str, message: str) -> None:
    """Write a plugin's next migration from the difference between its models and its tables (for authors; read it before you run it)."""
    with opened() as lifecycle:
        found = discover().get(slug)
        if found is None or found.folder is None:
            raise click.ClickException(f"{slug} is not installed.")
        import_plugin(found)
        folder: Path = found.folder / "migrations"
        folder.mkdir(exist_ok=True)
        number = f"{int(migrate.head(folder) or 0) + 1:04}"
        written = migrate.revision(lifecycle.config.database, slug, folder, message, number)
    click.echo(f"Written: {written}")
