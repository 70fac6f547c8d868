"""The site: one object that holds what a running process needs, found through the Flask application context."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

from hookdesk.config import Config
from hookdesk.db.engine import Database

if TYPE_CHECKING:
    from hookdesk.lifecycle.state import Plugins
    from hookdesk.plugins.caller import Hooks
    from hookdesk.secrets import Keys
    from hookdesk.settings import SettingsStore

KEY = "hookdesk"


@dataclass(slots=True)
class Site:
    """Configuration, database, hooks, plugins, settings and keys of one application object."""

    config: Config
    db: Database
    hooks: Hooks
    plugins: Plugins
    settings: SettingsStore
    keys: Keys
    generation: int = 0
    extra: dict[str, object] = field(default_factory=dict)


def site() -> Site:
    """The site of the current application context.

    Raises:
        RuntimeError: outside an application context.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # without Flask's proxy: a page asks a hundred times
    return cast(Site, app.extensions[KEY])


def attach(app: Flask, new: Site) -> None:
    """Make `new` the site of `app`."""
    app.extensions[KEY] = new
