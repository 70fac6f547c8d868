"""Throwaway sites: one is built for each set of plugins, and every test works on a copy of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hookdesk import clock
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.db.engine import Database
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.order import resolve
from hookdesk.models import PluginState
from hookdesk.services import firststeps, sessions
from hookdesk.site import site
from hookdesk.types.actors import Actor

EVERYTHING = "*"
SECRET = "a secret of tests"  # noqa: S105  # it protects nothing
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Instances:
    """The sites of one test run, by the plugins that are switched on in them."""

    def __init__(self, folder: Path) -> None:
        """Templates are built below `folder`."""
        self._folder = folder
        self._built: dict[tuple[str, ...], Path] = {}

    def copy(self, slugs: Collection[str], folder: Path, without: Collection[str] = ()) -> Config:
        """A new instance in `folder` with these plugins and what they depend on; `*` stands for everything in the box."""
        found = discover()
        chosen = with_dependencies(found, slugs, without)
        key = tuple(sorted(chosen))
        if key not in self._built:
            self._built[key] = self._build(found, key)
        shutil.copytree(self._built[key], folder, dirs_exist_ok=True)
        return Config(instance=folder, secret_key=SECRET, testing=True)

    def _build(self, found: Mapping[str, Found], slugs: Iterable[str]) -> Path:
        """A site in a new folder."""
        core = self._folder / "core"
        if not core.exists():  # its migrations are the same for every site
            core.mkdir(parents=True)
            migrate.upgrade_core(Config(instance=core, secret_key=SECRET, testing=True))
        folder = self._folder / f"instance-{len(self._built)}"
        shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed, for each test shall tell the same reason
        shutil.copytree(core, folder)
        prepare(Config(instance=folder, secret_key=SECRET, testing=True), found, slugs)
        return folder


def prepare(config: Config, found: Mapping[str, Found], slugs: Iterable[str]) -> None:
    """Migrate a database, empty or with core's tables, switch plugins on in it and give it what no site can do without."""
    migrate.upgrade_core(config)
    db = Database(config.database)
    with db.write() as session:
        for slug in found:
            session.add(PluginState(slug=slug, is_enabled=slug in slugs, updated_at=clock.now()))
    db.dispose()
    for item in resolve(found, dict.fromkeys(slugs))[0]:
        if item.migrations:
            migrate.upgrade(config.database, item.slug, item.migrations)
    app = create_app(config)
    with app.app_context():
        if site().plugins.problems:
            raise AssertionError(f"plugins could not be loaded: {site().plugins.problems}")
        firststeps.basics()
        for plugin in site().plugins:
            plugin.on_enable()
    end(app)


def end(app: Flask) -> None:
    """Close an application's database, after what a context stores at its end."""
    with app.app_context():
        db = site().db
    db.dispose()


def with_dependencies(found: Mapping[str, Found], slugs: Collection[str], without: Collection[str]) -> set[str]:
    """The plugins that a test asks for."""
    todo = [slug for slug in slugs if slug != EVERYTHING]
    if EVERYTHING in slugs:
        todo += [slug for slug, item in found.items() if item.is_builtin and slug not in without]
    chosen: set[str] = set()
    while todo:
        slug = todo.pop()
        if slug not in found:
            raise AssertionError(f"the plugin {slug} is not installed")
        if slug not in chosen:
            chosen.add(slug)
            todo.extend(found[slug].declared("depends"))
    return chosen


class Client(FlaskClient):
    """A browser without JavaScript: it keeps cookies, and finds the CSRF token of a form by itself."""

    def submit(
        self, path: str, data: Mapping[str, Any] | None = None, *, to: str = "", follow: bool = True
    ) -> TestResponse:
        """Get a page, then send its form with `data` (to another address if `to` is given) and follow where it leads."""
        page = self.get(path, follow_redirects=True)
        token = _TOKEN.search(page.get_data(as_text=True))
        if token is None:
            raise AssertionError(f"{path} answered {page.status} and has no form with a CSRF token")
        return self.post(to or path, data={"csrf_token": token.group(1), **(data or {})}, follow_redirects=follow)

    def sign_in(self, actor: Actor) -> None:
        """Sign an agent (or a requester) in without a password."""
        assert actor.user_id is not None, "only people can sign in"
        which = "agent" if actor.is_agent else "portal"
        with self.application.app_context():
            token = sessions.open_session(actor.user_id, which, "127.0.0.1", "test")
        with self.session_transaction() as cookie:
            cookie[which] = token


class Clock:
    """The site's clock, which stands still until it is told otherwise."""

    def __init__(self, start: datetime) -> None:
        """Begin at `start` (aware)."""
        self._now = start
        self._block = clock.at(start)
        self._block.__enter__()

    @property
    def now(self) -> datetime:
        """What the site takes for the present."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Go to a moment."""
        self.end()
        self._now = moment
        self._block = clock.at(moment)
        self._block.__enter__()

    def advance(self, **by: float) -> None:
        """Go on by so many `seconds`, `minutes`, `hours` or `days`."""
        self.set(self._now + timedelta(**by))

    def end(self) -> None:
        """Let the time run again."""
        self._block.__exit__(None, None, None)
