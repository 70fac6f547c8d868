"""`hookdesk seed`: made-up data. What makes it is found by its entry point, for core imports no plugin."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points

import click

from hookdesk.cli.opened import opened

GROUP = "hookdesk.commands"
"""Entry points of functions that stand behind a command of core: "seed" takes (tickets, seed, demo, force, say)."""
Say = Callable[[str], None]


@click.command()
@click.option("--tickets", type=click.IntRange(1, 10_000_000), help="How many tickets, written in bulk.")
@click.option("--seed", "chance", default=1, show_default=True, help="The same number makes the same tickets.")
@click.option(
    "--demo", is_flag=True, help="A demo company instead: some 200 tickets, taken in and answered as in daily work."
)
@click.option(
    "--force", is_flag=True, help="Also where there are tickets already. Nobody may work on the site meanwhile."
)
def seed(tickets: int | None, chance: int, demo: bool, force: bool) -> None:
    """Fill the instance with made-up tickets. They cannot be told from real ones later, so a site in use refuses."""
    if demo == (tickets is not None):
        raise click.UsageError("Say either --tickets N or --demo.")
    points = entry_points(group=GROUP, name="seed")
    if not points:
        raise click.ClickException("This installation has nothing that makes up tickets.")
    make = next(iter(points)).load()
    with opened():
        problem = make(tickets=tickets or 0, seed=chance, demo=demo, force=force, say=click.echo)
    if problem:
        raise click.ClickException(problem)
