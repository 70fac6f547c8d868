"""Passwords on the command line: read from a file, or made up and shown once. Never an argument: those are visible to every user."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

from hookdesk.config import ConfigError
from hookdesk.hookspecs import AuthHooks
from hookdesk.plugins.caller import HookDenied, Refusal
from hookdesk.site import site

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def generate() -> str:
    """A password of four groups of five letters and digits that are not mistaken for each other: 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def read(file: str) -> str:
    """The first line of a file, or of stdin for "-".

    Raises:
        ConfigError: it cannot be read, or is empty.
    """
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The password file {file} cannot be read: {error}.") from None
    password = text.splitlines()[0] if text.splitlines() else ""
    if not password:
        raise ConfigError(f"The password file {file} is empty.")
    return password


def store(user_id: int, password: str) -> bool:
    """Hand a password to the plugin that keeps them; False if none does.

    Raises:
        ConfigError: it was refused.
    """
    try:
        return bool(site().hooks.first(AuthHooks.auth_set_password, user_id=user_id, password=password))
    except Refusal as reason:
        raise ConfigError(f"The password was refused: {reason}") from None
    except HookDenied as error:
        raise ConfigError(f"The password was not stored: {error}. `hookdesk plugins doctor` says more.") from None
