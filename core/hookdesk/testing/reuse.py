"""What the applications of a test run share, because each would spend most of its time on making it anew.

All of it is worked out from what does not differ from test to test, and nothing of it can be changed by one: templates by their
source, addresses by their rule, statements by their structure, installed packages by the import path.
"""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from hookdesk.app import Hookdesk
from hookdesk.db import engine as engines
from hookdesk.db import migrate, sqlite
from hookdesk.lifecycle import discovery
from hookdesk.testing.templates import COMPILED

STATEMENTS = 2000
WAITS = sqlite.WAITS
"""How the product's commits wait for the disk. Those of tests do not wait: no site of theirs survives the run."""
_builders: dict[tuple[str, bool], Callable[..., tuple[str, str]]] = {}
_known: dict[str, tuple[Dialect, Any]] = {}
_make_engine = engines.make_engine
_entry_points = importlib.metadata.entry_points


def begin() -> None:
    """From now on, applications share."""
    Hookdesk.url_rule_class = KnownRule
    Hookdesk.jinja_options = {"bytecode_cache": COMPILED}
    sqlite.WAITS = dict.fromkeys(WAITS, "OFF")
    for module, name, ours in (
        (engines, "make_engine", make_engine),
        (migrate, "make_engine", make_engine),
        (importlib.metadata, "entry_points", entry_points),
        (discovery, "entry_points", entry_points),
    ):
        setattr(module, name, ours)


class KnownRule(Rule):
    """An address whose builder is compiled once: Werkzeug makes Python source of each, twice."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults or self.subdomain or self.host:
            return super()._compile_builder(append_unknown)
        key = (self.rule, append_unknown)
        if key not in _builders:
            _builders[key] = super()._compile_builder(append_unknown)
        return _builders[key]


def make_engine(url: str) -> Engine:
    """An engine with the dialect of the first of its kind, and so with all the statements that were compiled for it."""
    engine = _make_engine(url)
    kind = engine.dialect.name
    if kind not in _known:
        known = _known_of(_make_engine("sqlite://") if kind == "sqlite" else _make_engine(url))
        if known is None:
            return engine
        _known[kind] = known
    engine.dialect, engine._compiled_cache = _known[kind]
    return engine


def _known_of(engine: Engine) -> tuple[Dialect, Any] | None:
    """A dialect that has learned from a connection what the server can do, and room for its statements; None if nobody answers."""
    try:
        engine.connect().close()
    except DBAPIError:
        return None
    finally:
        engine.dispose()
    return engine.dialect, LRUCache(STATEMENTS)


def entry_points(**wanted: Any) -> Any:
    """What is installed, read anew only where the import path is another: a test installs a plugin by adding to it."""
    return _entries(tuple(sys.path), tuple(sorted(wanted.items())))


@cache
def _entries(_path: tuple[str, ...], wanted: tuple[tuple[str, str], ...]) -> Any:
    return _entry_points(**dict(wanted))
