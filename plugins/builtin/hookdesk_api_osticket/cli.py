"""`hookdesk api-key …`."""

from __future__ import annotations

import json

import click
from sqlalchemy import select

from hookdesk.api import reading, system, unreadable_networks
from hookdesk_api_osticket import services
from hookdesk_api_osticket.models import ApiKey
from hookdesk_api_osticket.services import Values


@click.group("api-key")
def api_key() -> None:
    """Make and list keys of the osTicket-compatible API."""


@api_key.command()
@click.option(
    "--ip", "networks", multiple=True, required=True, metavar="ADDRESS",
    help="From where it may be used: an address or a network such as 192.0.2.0/24. May be given several times.",
)  # fmt: skip
@click.option("--name", default="Made on the command line", show_default=True, help="Which program it is for.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(["tickets", "cron"]), default=["tickets"], show_default=True,
    help="What it may do: create tickets, run cron. May be given twice.",
)  # fmt: skip
@click.option("--calls-per-minute", type=click.IntRange(1, 1_000_000), help="The site's setting if none is given.")
@click.option("--notes", default="", help="For whoever finds it later.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def create(
    networks: tuple[str, ...],
    name: str,
    scopes: tuple[str, ...],
    calls_per_minute: int | None,
    notes: str,
    as_json: bool,
) -> None:
    """Make a key and print it this once. Exit status 2 if an address is none."""
    if bad := unreadable_networks(networks):
        raise click.BadParameter(f"{bad[0]} is no address and no network.", param_hint="--ip")
    values = Values(
        name[:100], networks, "tickets" in scopes, "cron" in scopes, calls_per_minute=calls_per_minute, notes=notes
    )
    secret = services.create(system("command line"), values)
    click.echo(json.dumps({"key": secret}) if as_json else f"The key is {secret} (shown this once).")


@api_key.command("list")
def list_keys() -> None:
    """Every key by its first characters."""
    for key in reading().scalars(select(ApiKey).order_by(ApiKey.id)):
        state = "on " if key.is_active else "off"
        click.echo(f"{key.prefix}…  {state}  {', '.join(key.networks)}  {key.name}")
