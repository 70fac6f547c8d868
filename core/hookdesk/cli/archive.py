"""`hookdesk backup` and `hookdesk restore`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from hookdesk import config as configuration
from hookdesk.backup import instance
from hookdesk.backup.archive import BackupError
from hookdesk.cli.opened import require_instance

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_json
def backup(file: Path, as_json: bool) -> None:
    """Write database, files, key and configuration into one tar.gz. The site may run. Keep the archive secret: it holds the key."""
    config = configuration.load()
    require_instance(config)
    try:
        manifest = instance.write(config, file.absolute())
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    size = file.stat().st_size
    told = {"file": str(file.absolute()), "bytes": size, "files": len(manifest.files), "made_at": manifest.made_at}
    click.echo(json.dumps(told) if as_json else f"Written: {file}, {len(manifest.files)} files, {size / 1e6:.1f} MB.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Also where an instance is already; it is moved aside.")
@_json
def restore(file: Path, force: bool, as_json: bool) -> None:
    """Make the instance from a backup. Its checksums are verified before anything is changed."""
    config = configuration.load()
    try:
        aside = instance.restore(config, file.absolute(), force)
    except BackupError as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo(json.dumps({"instance": str(config.instance), "moved_to": str(aside) if aside else None}))
        return
    if aside:
        click.echo(f"What was there is now in {aside}.")
    click.echo(
        f"The instance {config.instance} is restored. `hookdesk serve` starts it, and brings an older database up to date."
    )
