"""Load the enabled plugins into one application object: in order, guarded, each failure attributed to its plugin."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, cast

import pluggy
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hookdesk.config import Config
from hookdesk.counters import Counters
from hookdesk.db.engine import Database
from hookdesk.db.retry import lacks_tables
from hookdesk.hookspecs import CORE_SPECS
from hookdesk.hookspecs.spec import ASKED_FOR, PROJECT, Shape, specs_of
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.order import resolve
from hookdesk.lifecycle.state import Plugins
from hookdesk.models import PluginState
from hookdesk.models.base import plugin_registry
from hookdesk.plugins.base import Plugin, is_plugin
from hookdesk.plugins.caller import Hooks, Implementation
from hookdesk.plugins.record import Recorder
from hookdesk.secrets import Keys
from hookdesk.settings import SettingsStore


class PluginProblem(Exception):
    """A plugin cannot be loaded as it is; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an application object is made of. `generation` is the one that it was built for."""

    hooks: Hooks
    plugins: Plugins
    settings: SettingsStore
    generation: int


def load(config: Config, db: Database, keys: Keys) -> Loaded:
    """Load core's specifications and every enabled plugin. What cannot be loaded is left out and named in `plugins.problems`."""
    counts, recorder = Counters(db), Recorder()
    # reads the generation before the states: a change in between must be seen
    plugins = Plugins(db, discover(), counts, recorder)
    settings = SettingsStore(db, keys, counts)
    hooks = Hooks(recorder, plugins.paused, config.trace_hooks)
    for holder in CORE_SPECS:
        for info in specs_of(holder):
            hooks.declare(info)
    wanted = states(db)
    order, plugins.problems = resolve(plugins.found, wanted, config.safe_mode)
    made = _import_all(order, plugins, hooks, settings)
    _install(made, plugins, hooks)
    plugins.unloaded = frozenset(wanted) - {plugin.slug for plugin in plugins}
    return Loaded(hooks, plugins, settings, plugins.generation)


def states(db: Database) -> dict[str, int | None]:
    """Slug and position of each plugin that is switched on. A database without tables has none."""
    try:
        with db.read() as reading:
            rows = reading.all(select(PluginState.slug, PluginState.position).where(PluginState.is_enabled))
    except DBAPIError as error:
        if not lacks_tables(error):
            raise
        return {}
    return {row.slug: row.position for row in rows}


def _import_all(order: list[Found], plugins: Plugins, hooks: Hooks, settings: SettingsStore) -> list[Plugin[Any]]:
    """Import each plugin and declare its own hooks; those whose dependency failed are left out too."""
    made: dict[str, Plugin[Any]] = {}
    for found in order:
        missing = [slug for slug in found.declared("depends") if slug not in made]
        try:
            if missing:
                raise PluginProblem(f"it depends on {', '.join(missing)}, which could not be loaded")
            made[found.slug] = import_plugin(found)(settings)
            for info in (info for holder in made[found.slug].hookspecs for info in specs_of(holder)):
                hooks.declare(info)
        except (Exception, SystemExit) as error:
            made.pop(found.slug, None)
            _note(plugins, hooks, found.slug, "import", error)
    return list(made.values())


def import_plugin(found: Found) -> type[Plugin[Any]]:
    """The plugin's class, imported, its mappers configured.

    Raises:
        PluginProblem: what the entry point names is no plugin class.
        Exception: whatever the plugin's own code raises.
    """
    module, _, name = found.target.partition(":")
    value: Any = getattr(importlib.import_module(module), name, None)
    if not is_plugin(value):
        raise PluginProblem(f"its entry point {found.target} is no subclass of hookdesk.api.Plugin")
    value.slug = found.slug
    plugin_registry(found.slug).configure()  # now, in its own name, and not at some later query
    return cast(type[Plugin[Any]], value)


def _install(made: list[Plugin[Any]], plugins: Plugins, hooks: Hooks) -> None:
    """Register what is sound and hand each hook its implementations."""
    manager = pluggy.PluginManager(PROJECT)
    present = {plugin.slug for plugin in made}
    implementations: dict[str, list[Implementation]] = {name: [] for name in hooks.specs}
    for plugin in made:
        try:
            mine = implementations_of(manager, plugin, hooks, present)
        except (Exception, SystemExit) as error:
            _note(plugins, hooks, plugin.slug, "load", error)
            continue
        for name, implementation in mine.items():
            implementations[name].append(implementation)
        plugins.enabled.append(plugin)
    for name, found in implementations.items():
        hooks.install(name, found)


def implementations_of(
    manager: pluggy.PluginManager, plugin: Plugin[Any], hooks: Hooks, present: Collection[str]
) -> Mapping[str, Implementation]:
    """The hooks that a plugin implements. Those of an absent plugin that it `uses` are passed over.

    Raises:
        PluginProblem: a hook or one of its arguments does not exist, or the method is a wrapper.
    """
    manager.register(plugin, plugin.slug)
    found: dict[str, Implementation] = {}
    for caller in manager.get_hookcallers(plugin) or ():
        info = hooks.specs.get(caller.name)
        if info is None:
            if set(plugin.uses) <= set(present):
                raise PluginProblem(f"there is no hook {caller.name}{_meant(caller.name, hooks.specs)}")
            continue
        function = getattr(plugin, caller.name)
        if inspect.isgeneratorfunction(function):
            raise PluginProblem(f"{caller.name} is a wrapper; Hookdesk asks each plugin for itself and has none")
        names = tuple(inspect.signature(function).parameters)
        asked = getattr(function, ASKED_FOR, {})
        unknown = [name for name in (*names, *asked) if name not in info.arguments]
        if unknown:
            has = ", ".join(info.arguments) or "none"
            raise PluginProblem(
                f"{caller.name} has no argument {unknown[0]}{_meant(unknown[0], info.arguments)}; it has {has}"
            )
        if asked and info.shape not in (Shape.COLLECT, Shape.FIRST):
            raise PluginProblem(f"{caller.name} is told to all alike; @asked_for is for hooks that ask")
        found[caller.name] = Implementation(plugin.slug, function, names, asked)
    return found


def _meant(word: str, known: Collection[str]) -> str:
    """A guess at what somebody meant."""
    close = get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _note(plugins: Plugins, hooks: Hooks, slug: str, where: str, error: BaseException) -> None:
    """Attribute a failure: shown in the panel, stored with its traceback."""
    plugins.problems[slug] = str(error) if isinstance(error, PluginProblem) else f"{type(error).__name__}: {error}"
    hooks.recorder.failed(slug, where, error)
