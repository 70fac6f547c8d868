"""`create_app(config)`: wiring only."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request

from hookdesk.config import Config
from hookdesk.db import context
from hookdesk.db.engine import Database
from hookdesk.hookspecs import WebHooks
from hookdesk.lifecycle.loader import load
from hookdesk.secrets import load_keys
from hookdesk.settings import CoreSettings
from hookdesk.site import Site, attach, site
from hookdesk.web import errors, guard, i18n, numbers, pages, security
from hookdesk.web.routes import bp as core_pages
from hookdesk.web.themes import ChainLoader, ThemeChain, ThemeEnvironment, autoescape, discover_themes

MOST_ADDRESSES = 2000


class Hookdesk(Flask):
    """Flask with templates that are looked up along the theme chain."""

    jinja_environment = ThemeEnvironment

    def __init__(self, *words: Any, **options: Any) -> None:
        """Flask's, and no address yet."""
        self._addresses: dict[Hashable, str] = {}
        super().__init__(*words, **options)

    def select_jinja_autoescape(self, filename: str | None) -> bool:
        """Escape everything but plain text."""
        return autoescape(filename)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Flask's, but within a site each address is put together once: a page names fifty, most of them again and again."""
        if not has_request_context() or endpoint.startswith(".") or values.get("_external") or values.get("_scheme"):
            return super().url_for(endpoint, **values)
        here = request._get_current_object()  # type: ignore[attr-defined]  # without Flask's proxy: a page asks fifty times
        key = (here.script_root, endpoint, *((name, type(value), value) for name, value in values.items()))
        try:
            found = self._addresses.get(key)
        except TypeError:  # a list among the values
            return super().url_for(endpoint, **values)
        if found is None:
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            found = self._addresses[key] = super().url_for(endpoint, **values)
        return found


def create_app(config: Config) -> Flask:
    """The application for one instance, with the plugins that are enabled there.

    Raises:
        ConfigError: the instance has no key.
    """
    app = Hookdesk("hookdesk", static_folder=None, template_folder=None)
    app.config["TESTING"] = config.testing
    db, keys = Database(config.database), load_keys(config)
    app.secret_key = keys.derive("cookies")
    with app.app_context():
        loaded = load(config, db, keys)
        new = Site(config, db, loaded.hooks, loaded.plugins, loaded.settings, keys, loaded.generation)
        attach(app, new)
        folders = [
            (plugin.slug, folder) for plugin in loaded.plugins if (folder := loaded.plugins.found[plugin.slug].folder)
        ]
        new.extra["plugin_folders"] = dict(folders)
        # functions of the kind run last first: what is read ends before errors are written
        app.teardown_appcontext(lambda _error: new.plugins.flush())
        context.init_app(app)
        _init_web(app, config, folders)
    return app


def _init_web(app: Flask, config: Config, folders: list[tuple[str, Path]]) -> None:
    """Security first, then themes, languages, pages, and the plugins' blueprints."""
    security.init_app(app, config)
    guard.init_app(app)
    numbers.init_app(app)
    errors.init_app(app)
    chain = ThemeChain(discover_themes(), config.instance, folders)
    app.extensions["hookdesk_themes"] = chain
    app.jinja_env.loader = ChainLoader(chain)
    _follow_theme(app, chain)
    locale_folders = [theme.folder / "locale" for theme in chain.themes.values()] + [
        folder / "locale" for _, folder in folders
    ]
    i18n.init_app(app, locale_folders)
    pages.init_app(app, chain)
    _register_blueprints(app)


def _follow_theme(app: Flask, chain: ThemeChain) -> None:
    """Let each request use the theme that the settings name at that moment."""
    chain.activate(site().settings.get("core", CoreSettings).default_theme)

    @app.before_request
    def activate_theme() -> None:
        if chain.activate(site().settings.get("core", CoreSettings).default_theme) and app.jinja_env.cache is not None:
            app.jinja_env.cache.clear()


def _register_blueprints(app: Flask) -> None:
    """Plugins' pages first, so that a portal may take "/", then core's own. One that cannot be registered is its plugin's error."""
    hooks = site().hooks
    for plugin, blueprint in hooks.attributed(WebHooks.blueprints):
        try:
            app.register_blueprint(blueprint)
        except (ValueError, AssertionError, TypeError) as error:
            hooks.recorder.failed(plugin, "blueprints", error)
            site().plugins.problems[plugin] = f"its pages could not be added: {error}"
    app.register_blueprint(core_pages)
