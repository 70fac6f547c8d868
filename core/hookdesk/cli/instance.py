"""`hookdesk init`: makes an instance. It may be called again at will: what is there stays as it is."""

from __future__ import annotations

from dataclasses import fields

import click
from sqlalchemy import func, select

from hookdesk import config as configuration
from hookdesk.cli import passwords
from hookdesk.cli.opened import opened
from hookdesk.config import KEY_FILE, Config, ConfigError
from hookdesk.db.context import reading, release
from hookdesk.db.engine import Database
from hookdesk.db.migrate import MigrationError
from hookdesk.lifecycle.upgrade import upgrade_all
from hookdesk.models import Agent
from hookdesk.secrets import create_key_file
from hookdesk.services import firststeps
from hookdesk.services.people import PersonProblem, normal_address

FOLDERS = ("run/wake", "spool/tmp", "spool/new", "templates")
HEAD = "# The configuration of this instance. HOOKDESK_<NAME> in the environment goes before it. docs/operations.md explains each.\n"
_LOST_KEY = "The key is new but the database is not: put the old instance.key back, or enter stored passwords and secrets again."


@click.command()
@click.option("--admin-email", metavar="ADDRESS", default="admin@localhost", show_default=True)
@click.option("--admin-login", metavar="LOGIN", default="admin", show_default=True)
@click.option(
    "--admin-password-file", metavar="FILE", help='A file with the password, "-" for stdin; else one is made up.'
)
def init(admin_email: str, admin_login: str, admin_password_file: str | None) -> None:
    """Make a new instance: folders, key, database, administrator, and a first ticket.

    An instance that is there already is brought up to date and otherwise left alone. Asks nothing.
    """
    config = configuration.load()
    if not normal_address(admin_email):
        raise ConfigError(f"{admin_email!r} is not an e-mail address.")
    password = passwords.read(admin_password_file) if admin_password_file else ""
    _make_folders(config)
    is_new_key = not config.secret_key and create_key_file(config.instance)
    if is_new_key:
        click.echo(f"· key: made, in {config.instance / KEY_FILE} (a backup without it is worth little)")
    _upgrade(config)
    with opened(config):
        if reading().scalar(select(func.count()).select_from(Agent)):
            if is_new_key:
                click.echo(_LOST_KEY, err=True)
            click.echo(f"The instance {config.instance} is ready.")
            return
        release()
        _fill(config, admin_login, admin_email, password)


def _make_folders(config: Config) -> None:
    """The instance's folders and an empty configuration file, for the owner's eyes only.

    Raises:
        ConfigError: they cannot be made.
    """
    try:
        config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in FOLDERS:
            (config.instance / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        file = config.instance / "hookdesk.toml"
        if not file.exists():
            file.write_text(HEAD + "".join(_template()), encoding="utf-8")
            file.chmod(0o600)
    except OSError as error:
        raise ConfigError(f"The instance {config.instance} cannot be made: {error}.") from None


def _template() -> list[str]:
    """Every entry with its default, commented out."""
    lines = []
    for item in fields(Config):
        if item.name not in ("instance", "testing"):
            value = str(item.default).lower() if isinstance(item.default, bool) else item.default
            lines.append(
                f'# {item.name} = "{value}"\n'
                if isinstance(value, str) and item.type == "str"
                else f"# {item.name} = {value}\n"
            )
    return lines


def _upgrade(config: Config) -> None:
    """Make the tables, or bring them up to date; each plugin in the box gets its state."""
    db = Database(config.database)
    try:
        for item in upgrade_all(config, db):
            if item.problem:
                click.echo(f"· {item.branch}: {item.problem}", err=True)
    except MigrationError as error:
        raise click.ClickException(str(error)) from None
    finally:
        db.dispose()
    click.echo(
        f"· database: up to date, {'SQLite in the instance' if config.is_sqlite else 'at the configured server'}"
    )


def _fill(config: Config, login: str, address: str, password: str) -> None:
    """First content: what every helpdesk needs, the administrator, and a ticket that explains itself."""
    firststeps.basics()
    try:
        agent = firststeps.administrator(login, "Administrator", address)
    except PersonProblem as problem:
        raise ConfigError(f"The administrator was not made: {problem}.") from None
    chosen = password or passwords.generate()
    is_stored = passwords.store(agent.user_id, chosen)
    firststeps.welcome_ticket(address)
    click.echo(
        f"· first content: a department, statuses, priorities, roles and a ticket\nThe instance {config.instance} is ready."
    )
    if not is_stored:
        click.echo("No plugin keeps passwords. Switch one on, then: hookdesk agent password " + login, err=True)
    elif password:
        click.echo(f"Sign in at /agent/login as {login} with the given password.")
    else:
        click.echo(f"Sign in at /agent/login as {login} with the password {chosen} (shown this once).")
