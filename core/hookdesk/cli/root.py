"""The root of the command line. A command's module is imported when it is called; plugins are imported only for their own commands."""

from __future__ import annotations

import importlib
from typing import NamedTuple

import click

from hookdesk import __version__
from hookdesk.config import ConfigError
from hookdesk.server.listening import CannotListen


class Place(NamedTuple):
    """Where a command is, and what the list says of it."""

    module: str
    name: str
    doc: str


COMMANDS = {
    "serve": Place("running", "serve", "Run the site: web, jobs and their queue under one supervisor."),
    "init": Place("instance", "init", "Make a new instance: folders, key, database, administrator."),
    "dev": Place("dev", "dev", "Run the site for authors of plugins: reload, every hook call traced."),
    "worker": Place("running", "worker", "Run a job worker alone."),
    "scheduler": Place("running", "scheduler", "Wake due jobs, without running any."),
    "plugins": Place("plugins", "plugins", "List, check, switch, order and remove plugins."),
    "db": Place("db", "db", "Migrate the database, and see whether it is up to date."),
    "agent": Place("agents", "agent", "Create agents and set their passwords."),
    "seed": Place("seed", "seed", "Fill the instance with made-up tickets."),
    "doctor": Place("doctor", "doctor", "Look for what is wrong and say what to do about it."),
    "backup": Place("archive", "backup", "Write database, files, key and configuration into one archive."),
    "restore": Place("archive", "restore", "Make an instance from such an archive."),
    "commands": Place("extra", "commands", "List the commands that enabled plugins add."),
    "version": Place("extra", "version", "Print the version."),
}


class Mistake(click.ClickException):
    """Something that the user can mend: one sentence, exit status 2."""

    exit_code = 2


class Root(click.Group):
    """Finds core's commands in the table above and any other among the plugins'."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Core's commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; a plugin's is only looked for if core has none of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            from hookdesk.cli.extra import fast_group, plugin_command

            return fast_group(cmd_name, plugin_command(cmd_name))
        module = f"hookdesk.cli.{place.module}"
        try:
            found = getattr(importlib.import_module(module), place.name)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            raise click.ClickException(f"This installation has no `hookdesk {cmd_name}`.") from None
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing any of them."""
        from hookdesk.cli.extra import fast_commands

        rows = [(name, place.doc) for name, place in COMMANDS.items()]
        rows += [(word, f"Commands of a plugin: {', '.join(names)}.") for word, names in fast_commands().items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; what goes wrong on the way is told like the rest."""
        with Sentences():
            return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what the user can mend is told in a sentence."""
        with Sentences():
            return super().invoke(ctx)


_UNUSABLE = ("OperationalError", "DatabaseError")
"""By name, since SQLAlchemy is not imported for commands that do without. The second one: a file that is no SQLite database."""


class Sentences:
    """Turns errors that are no bugs into sentences."""

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """Raise the sentence in place of the error."""
        if isinstance(error, ConfigError):
            raise Mistake(str(error)) from None
        if isinstance(error, CannotListen):
            raise click.ClickException(str(error)) from None
        if type(error).__name__ in _UNUSABLE:
            raise click.ClickException(f"The database cannot be used: {_reason(error)}") from None


def _reason(error: BaseException | None) -> str:
    """The driver's own words, in a line, and the remedy where it is known."""
    text = " ".join(str(getattr(error, "orig", error)).split())
    if "no such table" in text:
        return f"{text}. Bring it up to date with `hookdesk db upgrade`, or make it with `hookdesk init`."
    return text


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def root() -> None:
    """Hookdesk, a helpdesk made of plugins.

    HOOKDESK_INSTANCE names the folder of the instance (./instance if it is not set). Exit status: 0 done, 1 it could not be done,
    2 the command or the configuration is wrong.
    """
