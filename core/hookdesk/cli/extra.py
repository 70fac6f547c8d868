"""`hookdesk version`, and the commands of plugins: each stands below its plugin's slug."""

from __future__ import annotations

import json
import platform
from importlib.metadata import entry_points

import click

from hookdesk import __version__
from hookdesk.cli import FAST
from hookdesk.hookspecs import RunningHooks
from hookdesk.site import site


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def version(as_json: bool) -> None:
    """Print the version."""
    told = {"hookdesk": __version__, "python": platform.python_version()}
    click.echo(json.dumps(told) if as_json else __version__)


def fast_commands() -> dict[str, list[str]]:
    """First word and second words of the commands that are called before click is imported: {"mail": ["inspect", "pipe"]}."""
    found: dict[str, list[str]] = {}
    for name in sorted(entry_points(group=FAST).names):
        first, _, second = name.partition(".")
        found.setdefault(first, []).append(second)
    return found


def fast_group(word: str, found: click.Command | None) -> click.Command | None:
    """The plugin's commands below that word, and in their list also the fast ones: who calls one of those does not come here."""
    names = fast_commands().get(word)
    if not names:
        return found
    group = found if isinstance(found, click.Group) else click.Group(word)
    for name in set(names) - set(group.commands):
        group.add_command(click.Command(name, help=f"`hookdesk {word} {name} --help` says what it does."))
    return group


@click.command()
def commands() -> None:
    """List the commands that enabled plugins add."""
    from hookdesk.cli.opened import opened

    with opened():
        rows = [(_called(slug, command), command.get_short_help_str()) for slug, command in _collected()]
    width = max((len(words) for words, _help in rows), default=0)
    for words, help in rows:
        click.echo(f"{words:<{width}}  {help}".rstrip())


def _called(slug: str, command: click.Command) -> str:
    """How a command is called."""
    stands_alone = isinstance(command, click.Group) or command.name == slug
    return f"hookdesk {command.name}" if stands_alone else f"hookdesk {slug} {command.name}"


def plugin_command(slug: str) -> click.Command | None:
    """The group of a plugin's commands, or a group that a plugin brings, by its own name: `hookdesk api-key create`.

    A command that is called like its plugin stands for itself: `hookdesk lmtp`.
    They run inside an application context. None if no enabled plugin has any of that name.
    """
    from hookdesk import config
    from hookdesk.cli.opened import opened, require_instance

    try:
        require_instance(config.load())
    except config.ConfigError:
        return None  # then it is simply no command
    context = click.get_current_context()
    context.with_resource(opened())
    collected = _collected()
    found = [command for owner, command in collected if owner == slug]
    if not found:
        groups = (command for _, command in collected if isinstance(command, click.Group) and command.name == slug)
        return next(groups, None)
    if alone := next((command for command in found if command.name == slug), None):
        return alone
    plugin = site().plugins.get(slug)
    group = click.Group(slug, help=plugin.title() if plugin else None)
    for command in found:
        group.add_command(command)
    return group


def _collected() -> list[tuple[str, click.Command]]:
    """Every command of a plugin, with the plugin's slug."""
    return site().hooks.attributed(RunningHooks.cli_commands)
