"""Themes and templates: found through entry points, looked up in a chain in which the first hit wins.

instance/templates → active theme → its parents → enabled plugins (names begin with `<slug>/`) → core. `core:NAME` and `<slug>:NAME`
name one place; `theme:NAME` means the next one down the chain from the template that asks, so that an override can extend what it replaces.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import tomllib
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import BaseLoader, Environment, TemplateNotFound
from jinja2.utils import open_if_exists

from hookdesk.web.rendering import PageCode, PageContext, escaped

CORE = Path(__file__).parent / "templates"
MOST_PARENTS = 5


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme as its theme.toml describes it."""

    name: str
    title: str
    description: str
    version: str
    parent: str
    stylesheets: tuple[str, ...]
    scripts: tuple[str, ...]
    folder: Path = field(repr=False)


def discover_themes() -> dict[str, Theme]:
    """All installed themes by name; nothing of them is imported. One without a readable theme.toml is left out."""
    found = {}
    for entry in importlib.metadata.entry_points(group="hookdesk.themes"):
        theme = _read_theme(entry.name, entry.value)
        if theme is not None:
            found[entry.name] = theme
    return found


def _read_theme(name: str, package: str) -> Theme | None:
    """The theme in a package."""
    spec = find_spec(package.partition(".")[0])
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    try:
        data = tomllib.loads((folder / "theme.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    return Theme(
        name=name,
        title=str(data.get("title", name)),
        description=str(data.get("description", "")),
        version=str(data.get("version", "")),
        parent=str(data.get("parent", "")),
        stylesheets=tuple(data.get("stylesheets", ())),
        scripts=tuple(data.get("scripts", ())),
        folder=folder,
    )


class ThemeChain:
    """The active theme and its parents; knows where templates and assets are."""

    def __init__(self, themes: dict[str, Theme], instance: Path, plugins: Iterable[tuple[str, Path]]) -> None:
        """`plugins` gives (slug, package folder) of the enabled plugins, in their order."""
        self.themes = themes
        self.instance = instance
        self.plugins = dict(plugins)
        self.active: tuple[Theme, ...] = ()
        self._holders: dict[str, str] = {}

    def activate(self, name: str) -> bool:
        """Make a theme the active one; True if that changed anything. An unknown name falls back to "default"."""
        chain: list[Theme] = []
        current = self.themes.get(name) or self.themes.get("default")
        while current is not None and current not in chain and len(chain) < MOST_PARENTS:
            chain.append(current)
            current = self.themes.get(current.parent)
        changed = tuple(chain) != self.active
        if changed:
            self.active, self._holders = tuple(chain), {}
        return changed

    def folders(self) -> list[Path]:
        """Template folders from the instance down to core; plugins' names are prefixed and looked up between."""
        return [self.instance / "templates", *(theme.folder / "templates" for theme in self.active)]

    def stylesheets(self) -> list[tuple[str, str]]:
        """(theme, file) of all stylesheets, parents first, so that a child overrides."""
        return [(theme.name, name) for theme in reversed(self.active) for name in theme.stylesheets]

    def scripts(self) -> list[tuple[str, str]]:
        """(theme, file) of all scripts, parents first."""
        return [(theme.name, name) for theme in reversed(self.active) for name in theme.scripts]

    def holder(self, name: str, anew: bool = False) -> str:
        """The name of the first theme that has a static file, "" if none has it; looked up once, or `anew` each time."""
        if anew or name not in self._holders:
            having = (theme.name for theme in self.active if safe_file(theme.folder / "static", name))
            self._holders[name] = next(having, "")
        return self._holders[name]


def safe_file(folder: Path, name: str) -> Path | None:
    """A file below a folder, never outside it; None if it is not there."""
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None


@lru_cache(maxsize=2048)
def content_hash(path: str, _changed_ns: int) -> str:
    """A short hash of a file's content, for its address."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def _unchanged(file: Path) -> Callable[[], bool]:
    """Tells later whether a file is as it was now."""
    changed = file.stat().st_mtime_ns
    return lambda: file.exists() and file.stat().st_mtime_ns == changed


class ChainLoader(BaseLoader):
    """Finds templates along a `ThemeChain`."""

    def __init__(self, chain: ThemeChain) -> None:
        """Look in `chain`, as it is at each lookup."""
        self.chain = chain

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of a template.

        Raises:
            TemplateNotFound: it is nowhere in the chain.
        """
        for file in self._candidates(template):
            stream = open_if_exists(str(file))
            if stream is not None:
                with stream:
                    return stream.read().decode("utf-8"), str(file), _unchanged(file)
        raise TemplateNotFound(template)

    def _candidates(self, template: str) -> Iterable[Path]:
        """Where a name may be, best first."""
        prefix, _, rest = template.rpartition(":")
        if ".." in template.split("/"):
            return
        start = 0
        if prefix.startswith("@"):
            start = int(prefix[1:])
        elif prefix == "core":
            yield CORE / rest
            return
        elif prefix:
            if prefix in self.chain.plugins:
                yield self.chain.plugins[prefix] / "templates" / rest
            return
        for folder in self.chain.folders()[start:]:
            yield folder / rest
        slug, _, inner = rest.partition("/")
        if slug in self.chain.plugins:
            yield self.chain.plugins[slug] / "templates" / inner
        yield CORE / rest

    def level(self, template: str) -> int:
        """At which place of the chain a template was found."""
        prefix, _, rest = template.rpartition(":")
        first = int(prefix[1:]) if prefix.startswith("@") else 0
        folders = self.chain.folders()
        return next((place for place in range(first, len(folders)) if (folders[place] / rest).is_file()), len(folders))


class ThemeEnvironment(FlaskEnvironment):
    """A Jinja environment in which `theme:NAME` is resolved from where the asking template stands."""

    code_generator_class, context_class, escaped = PageCode, PageContext, staticmethod(escaped)

    def join_path(self, template: str, parent: str) -> str:
        """`theme:NAME` → the same name from one step further down the chain."""
        if template.startswith("theme:") and isinstance(self.loader, ChainLoader):
            return f"@{self.loader.level(parent) + 1}:{template.removeprefix('theme:')}"
        return template

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Templates without globals of their own share those of the environment: through a `ChainMap` each include is slow."""
        return super().make_globals(d) if d else self.globals


def autoescape(name: str | None) -> bool:
    """Escape everything but plain text."""
    return name is None or not name.endswith(".txt")
