"""The typed instance configuration: `instance/hookdesk.toml` overlaid by `HOOKDESK_*`. The only reader of the environment."""

from __future__ import annotations

import os
import re
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


_KINDS = {"bool": "true or false", "int": "a whole number", "str": "a text in quotes"}
_DATABASE = re.compile(
    r"sqlite:///.+|postgresql(\+psycopg)?://([^@/]*@)?(\[[^]/]*\]|[^][:/@?]*)(:\d+)?([/?].*)?"
)  # the host may be an IPv6 address in brackets
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False, "": False}


def _convert(name: str, kind: str, value: Any) -> Any:
    """One configured value in the type of its field; the environment knows texts alone."""
    if type(value).__name__ == kind:
        return value
    try:
        if kind == "bool":
            return _BOOLEANS[str(value).lower()]
        if kind == "int" and isinstance(value, str):
            return int(value)
    except (KeyError, ValueError):
        pass
    raise ConfigError(f"{name} is {value!r}, which is not {_KINDS[kind]}.")


def _check_database(config: Config) -> Config:
    """The configuration, if SQLAlchemy can make something of its database's address."""
    if config.database_url and not _DATABASE.fullmatch(config.database_url):
        raise ConfigError("database_url must be like sqlite:////srv/FILE or postgresql://USER:PASSWORD@HOST:5432/NAME.")
    return config


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
        ConfigError: an entry is unknown or of the wrong type, or the file cannot be read or is not TOML.
    """
    folder = Path(instance or environ.get("HOOKDESK_INSTANCE") or "instance").expanduser().resolve()
    config = Config(instance=folder)
    file = folder / "hookdesk.toml"
    config = _overlay(config, _read(file), str(file))
    names = {item.name for item in fields(Config)} - {"instance"}
    given = {
        key.removeprefix("HOOKDESK_").lower(): value for key, value in environ.items() if key.startswith("HOOKDESK_")
    }
    given = {key: value for key, value in given.items() if key in names}
    return _check_database(_overlay(config, given, "the environment (HOOKDESK_*)"))


def _read(file: Path) -> dict[str, Any]:
    """The entries of a configuration file; {} if there is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise ConfigError(f"{file.parent} is a file. Set HOOKDESK_INSTANCE to the folder of the instance.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from None


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
