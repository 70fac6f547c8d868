"""`hookdesk lmtp`."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, cast

import click
from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from hookdesk.api import site
from hookdesk_lmtp import channels
from hookdesk_lmtp.listener import Listener
from hookdesk_lmtp.options import Options
from hookdesk_lmtp.places import WrongPlace, parse_place
from hookdesk_lmtp.settings import Settings

MEGABYTE = 1_000_000


@click.command("lmtp")
@click.option("--listen", "place", metavar="PLACE", help="HOST:PORT or unix:/PATH; else as the settings say.")
@click.option("--protocol", type=click.Choice(["lmtp", "smtp"]), help="Else as the settings say.")
def lmtp(place: str | None, protocol: str | None) -> None:
    """Listen for mail from a mail server, over LMTP or SMTP.

    A mail is accepted once it is stored; whatever is in doubt stays with the mail server, which comes again. Ctrl-C or SIGTERM ends it:
    mails that are being sent are taken first. It also ends when plugins are switched or its settings changed, so let it be restarted: by
    `hookdesk serve`, if the settings say so, or by a service manager.
    """
    plugin = site().plugins.get("lmtp")
    assert plugin is not None
    settings = cast(Settings, plugin.settings)
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]  # a proxy of werkzeug's
    try:
        listener = Listener(app, options_of(settings, place, protocol))
    except (WrongPlace, ssl.SSLError, OSError) as problem:
        with suppress(OSError):
            channels.could_not_listen(str(problem))
        _end(f"It cannot listen: {problem}")
    click.echo(f"Listening for {'LMTP' if listener.options.is_local else 'SMTP'} at {listener.place}.")
    asyncio.run(_serve(listener, lambda: _may_go_on(app, listener, settings)))
    channels.sign().unlink(missing_ok=True)


async def _serve(listener: Listener, may_go_on: Callable[[], bool]) -> None:
    """Serve until a signal says stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, listener.stop)
    await listener.run(may_go_on)


def _may_go_on(app: Flask, listener: Listener, settings: Settings) -> bool:
    """Give a sign of life; False once the plugins or our settings have changed."""
    with app.app_context():
        with suppress(OSError):  # the disk may be full, and the listener then says so to its clients
            channels.live(str(listener.place))
        return not site().plugins.is_outdated() and _present(settings) == settings


def _present(known: Settings) -> Settings:
    """The settings as they are by now; the known ones while the database is away."""
    try:
        return site().settings.get("lmtp", Settings)
    except DBAPIError:
        return known


def options_of(settings: Settings, place: str | None = None, protocol: str | None = None) -> Options:
    """The settings, with what the command line says over them.

    Raises:
        WrongPlace: the place is none.
    """
    return Options(
        place=parse_place(place or settings.place),
        is_local=(protocol or settings.protocol) == "lmtp",
        clients=settings.clients,
        only_ours=settings.recipients == "ours",
        size=settings.size_mb * MEGABYTE,
        connections=settings.connections,
        timeout=settings.timeout,
        certificate=settings.certificate,
        require_tls=settings.require_tls,
    )


def _end(text: str) -> NoReturn:
    """Exit status 1 with words on standard error."""
    raise click.ClickException(text)
