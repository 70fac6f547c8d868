"""`hookdesk search …`: the index from the command line."""

from __future__ import annotations

import click

from hookdesk_search import rebuilding

BATCH = 500


@click.command("rebuild")
def rebuild() -> None:
    """Index every ticket anew, newest first. People can go on searching meanwhile; interrupted, the worker goes on with it."""
    rebuild_id = rebuilding.begin()
    begun = rebuilding.latest()
    with click.progressbar(length=begun.total if begun else 0, label="Indexing") as bar:
        while rebuilding.step(BATCH):
            now = rebuilding.latest()
            if now is None or now.id != rebuild_id:
                break  # somebody else has begun again
            bar.update(now.done - bar.pos)
    click.echo(f"{rebuilding.documents()} tickets can be found.")
