"""`hookdesk auth_password set LOGIN --password-file FILE`: for an administrator who cannot sign in any more."""

from __future__ import annotations

from typing import TextIO

import click
from sqlalchemy import select

from hookdesk.api import Agent, Refusal, reading
from hookdesk_auth_password import services


def set_command(minimum: int) -> click.Command:
    """The command; it runs inside an application context."""

    @click.command("set")
    @click.argument("login")
    @click.option(
        "--password-file",
        type=click.File("r"),
        required=True,
        help="A file whose first line is the password; - is standard input.",
    )
    def command(login: str, password_file: TextIO) -> None:
        """Give the agent LOGIN a new password and end their sessions."""
        user_id = reading().scalar(select(Agent.user_id).where(Agent.login == services.normal(login)))
        if user_id is None:
            raise click.ClickException(f"There is no agent with the login {login}.")
        try:
            services.set_password(int(user_id), password_file.readline().rstrip("\r\n"), minimum)
        except Refusal as refusal:
            raise click.ClickException(f"The password was not changed. {refusal}") from None
        click.echo(f"{login} has a new password; their sessions are ended.")

    return command
