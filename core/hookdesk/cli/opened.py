"""Opening an instance for a command."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import inspect

from hookdesk import config as configuration
from hookdesk.app import create_app
from hookdesk.config import KEY_FILE, Config, ConfigError
from hookdesk.db.context import release
from hookdesk.site import Site, site


def require_instance(config: Config) -> None:
    """Hold that the instance exists.

    Raises:
        ConfigError: there is none.
    """
    if not config.secret_key and not (config.instance / KEY_FILE).exists():
        raise ConfigError(
            f"There is no instance at {config.instance}. `hookdesk init` makes one; HOOKDESK_INSTANCE names another folder."
        )


@contextmanager
def opened(config: Config | None = None) -> Iterator[Site]:
    """The site of the instance inside an application context, plugins loaded.

    Raises:
        ConfigError: there is no instance, or its database has no tables.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    config = config or configuration.load()
    require_instance(config)
    app = create_app(config)
    with app.app_context():
        here = site()
        try:
            if not inspect(here.db.engine).has_table("ticket"):
                raise ConfigError("The database has no tables yet. `hookdesk init` makes them.")
            yield here
        finally:
            release()  # disposing closes only what has come back to the pool
            here.plugins.flush(everything=True)
            here.db.dispose()
