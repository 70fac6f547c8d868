"""`hookdesk agent …`."""

from __future__ import annotations

import json

import click
from sqlalchemy import func, select

from hookdesk.cli import passwords
from hookdesk.cli.opened import opened
from hookdesk.config import ConfigError
from hookdesk.db.context import reading, release
from hookdesk.models import Agent, Department, Role
from hookdesk.plugins.caller import HookDenied
from hookdesk.services import agents, people, sessions
from hookdesk.services.transaction import transact
from hookdesk.types.actors import system

_password_file = click.option(
    "--password-file", metavar="FILE", help='A file with the password, "-" for stdin; else one is made up.'
)


@click.group()
def agent() -> None:
    """Create agents, set their passwords, reset their second factors."""


@agent.command()
@click.option("--login", required=True)
@click.option("--email", required=True, metavar="ADDRESS")
@click.option("--name", default="", help="The login if none is given.")
@click.option("--department", default="", help="By name; the default department if none is given.")
@click.option("--role", default="", help='By name; "All access" (the first one) if none is given.')
@click.option("--admin", is_flag=True, help="With the admin panel.")
@_password_file
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def create(
    login: str, email: str, name: str, department: str, role: str, admin: bool, password_file: str | None, as_json: bool
) -> None:
    """Create an agent. Exit status 2 if the login or address is taken, or the department or role is unknown."""
    chosen = passwords.read(password_file) if password_file else passwords.generate()
    with opened():
        department_id = _by_name(Department, department, Department.is_default.desc())
        role_id = _by_name(Role, role)
        release()
        values = {"login": login, "name": name or login, "address": email, "is_admin": admin}
        try:
            made = transact(
                lambda session: people.create_agent(session, department_id=department_id, role_id=role_id, **values),  # type: ignore[arg-type]  # a mixed dict
                race=True,
            )
        except people.PersonProblem as problem:
            raise ConfigError(f"{problem}.") from None
        is_stored = passwords.store(made.user_id, chosen)
    shown = "" if password_file or not is_stored else chosen
    if as_json:
        click.echo(json.dumps({"id": made.id, "login": made.login, "password": shown or None}))
        return
    click.echo(f"The agent {made.login} is there." + (f" Password: {shown} (shown this once)" if shown else ""))
    if not is_stored:
        click.echo("No plugin keeps passwords, so none was set.", err=True)


@agent.command()
@click.argument("login")
@_password_file
def password(login: str, password_file: str | None) -> None:
    """Set an agent's password and sign them out everywhere."""
    chosen = passwords.read(password_file) if password_file else passwords.generate()
    with opened():
        user_id = reading().scalar(select(Agent.user_id).where(Agent.login == login.strip().lower()))
        release()
        if user_id is None:
            raise ConfigError(f"There is no agent {login}.")
        if not passwords.store(user_id, chosen):
            raise click.ClickException("No plugin keeps passwords; `hookdesk plugins list` shows what is switched on.")
        transact(lambda session: sessions.revoke_all(session, user_id))
    click.echo("The password is set." if password_file else f"The password is {chosen} (shown this once).")


@agent.command("reset-2fa")
@click.argument("login")
def reset_factors(login: str) -> None:
    """Forget an agent's second factors and sign them out everywhere: for whoever lost theirs."""
    with opened():
        found = reading().first(select(Agent.user_id, Agent.name).where(Agent.login == login.strip().lower()))
        release()
        if found is None:
            raise ConfigError(f"There is no agent {login}.")
        try:
            gone = agents.reset_factors(system("the command line"), found.user_id, found.name)
        except HookDenied as denied:
            raise click.ClickException(f"{denied}.") from None
    told = f"These are gone: {', '.join(gone)}." if gone else "There was none."
    click.echo(f"{login} signs in without a second factor now. {told}")


def _by_name(model: type[Department] | type[Role], name: str, *order: object) -> int:
    """The id of a department or role, the first one if no name is given.

    Raises:
        ConfigError: there is none of that name.
    """
    query = select(model.id).order_by(*order, model.id)  # type: ignore[arg-type]  # SQL expressions
    if name:
        query = query.where(func.lower(model.name) == name.lower())
    found = reading().scalar(query.limit(1))
    if found is None:
        raise ConfigError(f"There is no {model.__name__.lower()} {name!r}.")
    return int(found)
