"""The typed instance configuration: `instance/hookdesk.toml` overlaid by `HOOKDESK_*`. The only reader of the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

KEY_FILE = "instance.key"


class ConfigError(Exception):
    """The instance cannot be used as it is configured; the message says what to change and where."""


@dataclass(frozen=True, slots=True)
class Config:
    """How this installation runs. Everything that an admin changes while it runs is a setting in the database instead.

    Sizes are bytes, times are seconds. `redis_url` "" means: the supervisor's own server on a unix socket, if it runs.
    """

    instance: Path
    database_url: str = ""
    redis_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    web_workers: int = 2
    web_threads: int = 4
    job_workers: int = 1
    secret_key: str = ""
    safe_mode: bool = False
    trusted_proxies: int = 0
    max_upload_bytes: int = 25 * 1024 * 1024
    max_message_bytes: int = 50 * 1024 * 1024
    slow_request_ms: int = 1000
    trace_hooks: bool = False
    testing: bool = False

    @property
    def database(self) -> str:
        """The SQLAlchemy URL; by default SQLite in the instance."""
        return self.database_url or f"sqlite:///{self.instance / 'hookdesk.db'}"

    @property
    def is_sqlite(self) -> bool:
        """True on the embedded default."""
        return self.database.startswith("sqlite")

    @property
    def redis(self) -> str:
        """The Redis or Valkey URL: the given one, else the embedded server's socket."""
        return self.redis_url or f"unix://{self.instance / 'run' / 'valkey.sock'}"

    @property
    def spool(self) -> Path:
        """Where the pipe leaves messages."""
        return self.instance / "spool"


def _convert(name: str, kind: str, value: Any) -> Any:
    """One configured value in the type of its field."""
    try:
        if kind == "bool":
            return (
                value
                if isinstance(value, bool)
                else {"1": True, "true": True, "0": False, "false": False, "": False}[str(value).lower()]
            )
        if kind == "int":
            return int(value)
    except (KeyError, ValueError):
        raise ConfigError(
            f"{name} is {value!r}, which is not {'true or false' if kind == 'bool' else 'a whole number'}."
        ) from None
    return str(value)


def _overlay(config: Config, values: Mapping[str, Any], source: str) -> Config:
    """The configuration with `values` put over it; unknown names are refused, for a typo must not pass in silence."""
    kinds = {item.name: str(item.type) for item in fields(Config) if item.name != "instance"}
    unknown = sorted(set(values) - set(kinds))
    if unknown:
        raise ConfigError(f"{source} has unknown entries: {', '.join(unknown)}. Known are: {', '.join(sorted(kinds))}.")
    return replace(
        config, **{name: _convert(f"{source}: {name}", kinds[name], value) for name, value in values.items()}
    )


def load(instance: Path | str | None = None, environ: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration of an instance folder (argument, else HOOKDESK_INSTANCE, else ./instance).

    Raises:
        ConfigError: an entry is unknown or of the wrong type, or the file is not TOML.
    """
    folder = Path(instance or environ.get("HOOKDESK_INSTANCE") or "instance").expanduser().resolve()
    config = Config(instance=folder)
    file = folder / "hookdesk.toml"
    if file.exists():
        try:
            config = _overlay(config, tomllib.loads(file.read_text(encoding="utf-8")), str(file))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{file} is not valid TOML: {error}.") from None
    names = {item.name for item in fields(Config)} - {"instance"}
    given = {
        key.removeprefix("HOOKDESK_").lower(): value for key, value in environ.items() if key.startswith("HOOKDESK_")
    }
    return _overlay(
        config, {key: value for key, value in given.items() if key in names}, "the environment (HOOKDESK_*)"
    )


def referenced(value: str, environ: Mapping[str, str] = os.environ) -> str:
    """What `$env:NAME` or `$file:path` stands for; any other text stands for itself.

    Raises:
        ConfigError: the variable is not set, or the file cannot be read.
    """
    kind, _, name = value.partition(":")
    if kind == "$env":
        if name not in environ:
            raise ConfigError(f"{value} refers to an environment variable that is not set.")
        return environ[name]
    if kind == "$file":
        try:
            return Path(name).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConfigError(f"{value} cannot be read: {error}.") from None
    return value
