"""The application, made once in gunicorn's master: its workers share the memory of what none of them has changed since the fork."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask
from gunicorn.http.errors import NoMoreData, ParseException

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db.engine import Database
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin, states
from hookdesk.site import KEY, Site
from hookdesk.web.errors import page


def make(config: Config) -> Flask:
    """The application as gunicorn serves it.

    Raises:
        ConfigError: the instance has no key.
    """
    app = create_app(config)
    for error in (ParseException, NoMoreData):  # what the body of a request turned out to be while a view read it
        app.register_error_handler(error, lambda error: page(400))
    return app


def for_all(config: Config) -> Flask | None:
    """The application of all workers until plugins are switched; 29 MB less in each. It is connected to nothing, as a fork demands.

    A plugin that is not of the box may be newer at the next fork: with one of those each worker makes its own, of what the box has
    imported here. So it does after a failure, and tells of it.
    """
    db = Database(config.database)
    wanted = {} if config.safe_mode else states(db)
    db.dispose()
    known = discover()
    of_the_box = [known[slug] for slug in wanted if slug in known and known[slug].is_builtin]
    with suppress(Exception):
        if len(of_the_box) == len(wanted):
            app = make(config)
            _site(app).db.dispose()
            return app
    for found in of_the_box:
        with suppress(Exception):
            import_plugin(found)
    return None


def is_current(app: Flask) -> bool:
    """False once plugins were switched or ordered since it was made."""
    return not _site(app).plugins.is_outdated()


def _site(app: Flask) -> Site:
    """The site of an application."""
    found: Site = app.extensions[KEY]
    return found
