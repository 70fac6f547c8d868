"""Check one plugin before it goes live. Runs in a process of its own (see `process`), for importing a broken one cannot be undone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

from alembic.util import CommandError
from flask import Blueprint, Flask
from sqlalchemy import Table

from hookdesk import clock
from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db.engine import Database
from hookdesk.db.migrate import head
from hookdesk.hookspecs.spec import When
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.models import Base, PluginState, metadata
from hookdesk.plugins.base import Plugin
from hookdesk.settings import SettingsError, describe
from hookdesk.site import site
from hookdesk.web.guard import ATTRIBUTE

DECLARED = ("depends", "uses", "capabilities")


def check(slug: str, enabled: Sequence[str]) -> list[str]:
    """Everything that keeps a plugin from running beside those that are enabled; [] if nothing does."""
    installed = discover()
    found = installed.get(slug)
    if found is None or found.problem:
        return [found.problem if found else "it is not installed"]
    with _trial(enabled, slug) as config:
        for need in found.declared("depends"):
            if need in installed:
                _try_import(installed[need])
        tables, models = set(metadata.tables), {mapper.class_ for mapper in Base.registry.mappers}
        try:
            plugin = import_plugin(found)
        except (Exception, SystemExit) as error:
            return [f"it cannot be imported: {type(error).__name__}: {error}"]
        mine = [table for name, table in metadata.tables.items() if name not in tables]
        problems = [*_statements(found, plugin), *_tables(found, mine), *_settings(plugin)]
        strangers = sorted(mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.class_ not in models)
        problems += [f"the model {name} stands on core's Base; use plugin_registry({slug!r})" for name in strangers]
        return problems or _build(config, slug)


@contextmanager
def _trial(enabled: Iterable[str], slug: str) -> Iterator[Config]:
    """A throwaway instance with core's tables, in which these plugins are switched on."""
    with tempfile.TemporaryDirectory(prefix="hookdesk-check-") as folder:
        config = Config(instance=Path(folder), secret_key=token_hex(), testing=True)
        db = Database(config.database)
        metadata.create_all(db.write_engine)
        with db.write() as session:
            for position, name in enumerate(dict.fromkeys([*enabled, slug])):
                session.add(PluginState(slug=name, is_enabled=True, position=position, updated_at=clock.now()))
        db.dispose()
        yield config


def _try_import(found: Found) -> None:
    """Import a dependency, so that its tables are not taken for this plugin's; its own problems are told elsewhere."""
    try:
        import_plugin(found)
    except (Exception, SystemExit):
        return


def _statements(found: Found, plugin: type[Plugin[Any]]) -> Iterator[str]:
    """What the class says of itself, and whether the source says the same without being run."""
    if not (plugin.__doc__ or "").strip():
        yield f"{plugin.__name__} has no docstring; its first line is the plugin's title"
    for name in DECLARED:
        if tuple(getattr(plugin, name)) != found.declared(name):
            yield f"{name} must be a literal tuple of strings in the class body: it is read without running the plugin"
    try:
        newest = head(found.migrations) if found.migrations else ""
    except (Exception, SystemExit) as error:
        several = isinstance(error, CommandError)
        yield f"its migrations {'do not make one line' if several else 'cannot be read'}: {error}"
        return
    if not newest and any(name.startswith(f"p_{found.slug}__") for name in metadata.tables):
        yield "it has tables but no migrations"


def _tables(found: Found, tables: Iterable[Table]) -> Iterator[str]:
    """Names and references of the tables that came with the plugin."""
    prefix = f"p_{found.slug}__"
    friends = {f"p_{need}" for need in found.declared("depends")}
    for table in tables:
        if not table.name.startswith(prefix):
            yield f"the table {table.name} must be named {prefix}…"
        for key in table.foreign_keys:
            target = key.target_fullname.partition(".")[0]
            owner, is_plugins, _ = target.partition("__")
            if is_plugins and target.startswith("p_") and not target.startswith(prefix) and owner not in friends:
                yield f"{table.name} refers to {target}, whose plugin is not among `depends`"
            elif not target.startswith("p_") and not key.ondelete:
                yield f"{table.name}.{key.parent.name} refers to core's {target} and must state ondelete"


def _settings(plugin: type[Plugin[Any]]) -> Iterator[str]:
    """Whether a form can be generated and the defaults fit it."""
    try:
        for field in describe(plugin.settings_type):
            try:
                field.fit(field.default)
            except ValueError as error:
                if field.default:  # an empty one only says that it has to be filled in
                    yield f"the default of the setting {field.name} does not fit: {error}"
        plugin.settings_type()
    except (SettingsError, TypeError) as error:
        yield f"its settings: {error}"


def _build(config: Config, slug: str) -> list[str]:
    """Build an application with it and look at what it adds."""
    db = Database(config.database)
    metadata.create_all(db.write_engine)
    db.dispose()
    app = create_app(config)
    with app.app_context():
        hooks, problem = site().hooks, site().plugins.problems.get(slug)
        site().db.dispose()
        if problem:
            return [problem]
        mine = [
            (info, item)
            for info in hooks.specs.values()
            for item in hooks.implementations(info.name)
            if item.plugin == slug
        ]
        problems: list[str] = []
        for info, implementation in mine:
            if info.when is not When.BUILD:
                continue
            try:
                answer = implementation({})
                if answer is not None:
                    info.check(answer)
                    if info.name == "blueprints":
                        problems += [problem for blueprint in answer for problem in _pages(app, slug, blueprint)]
            except (Exception, SystemExit) as error:
                problems.append(f"{info.name} failed: {type(error).__name__}: {error}")
        return problems


def _pages(app: Flask, slug: str, blueprint: Blueprint) -> Iterator[str]:
    """Whether a blueprint is named after the plugin and each of its views says who may use it."""
    if blueprint.name != slug and not blueprint.name.startswith(f"{slug}__"):
        yield f"the blueprint {blueprint.name} must be named {slug}, or {slug}__ and a word"
    if blueprint.static_folder:
        yield f"the blueprint {blueprint.name} has a static_folder; files in static/ are served without one"
    for endpoint, view in app.view_functions.items():
        if (
            endpoint.startswith(f"{blueprint.name}.")
            and not endpoint.endswith(".static")
            and not hasattr(view, ATTRIBUTE)
        ):
            yield f"the view {endpoint} does not state who may use it: decorate it with @public, @requester, @agent() or @admin"
