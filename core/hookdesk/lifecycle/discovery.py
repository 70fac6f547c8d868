"""What is installed, read from metadata and source text without importing anything, so that a broken plugin is listed safely."""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.metadata import Distribution, EntryPoint, PackageMetadata, entry_points
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

import hookdesk

GROUP = "hookdesk.plugins"
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_SLUG = 24


@dataclass(frozen=True, slots=True)
class Stated:
    """What the source of a plugin's class says: its docstring, its literal tuples of strings, the names of its methods."""

    doc: str = ""
    tuples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    methods: frozenset[str] = frozenset()


@lru_cache(maxsize=256)  # every start and many a page of the admin panel asks for all plugins
def stated(source: bytes, name: str) -> Stated:
    """Read the class of that name.

    Raises:
        SyntaxError, ValueError: the source is no Python.
    """
    for found in ast.parse(source).body:
        if isinstance(found, ast.ClassDef) and found.name == name:
            tuples = {name: value for node in reversed(found.body) for name, value in _tuples(node)}
            methods = frozenset(node.name for node in found.body if isinstance(node, ast.FunctionDef))
            return Stated(ast.get_docstring(found) or "", tuples, methods)
    return Stated()


def _tuples(node: ast.stmt) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that a statement gives a value, and that value if it is a literal tuple."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        try:
            value = tuple(map(str, ast.literal_eval(node.value)))  # type: ignore[arg-type]  # None is caught below
        except (ValueError, TypeError):
            value = ()
        targets = node.targets if isinstance(node, ast.Assign) else (node.target,)
        yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))


@dataclass(frozen=True)
class Found:
    """An installed plugin as its distribution's metadata and its source describe it. `problem` says why it cannot be used."""

    slug: str
    target: str
    distribution: str
    version: str
    summary: str = ""
    author: str = ""
    homepage: str = ""
    core_range: SpecifierSet = field(default_factory=SpecifierSet)
    problem: str = ""

    @property
    def is_builtin(self) -> bool:
        """True for what ships in the box."""
        return self.distribution == "hookdesk"

    @property
    def module(self) -> str:
        """The module that holds the plugin's class."""
        return self.target.partition(":")[0]

    @property
    def is_compatible(self) -> bool:
        """True if this core is in the range that the distribution asks for."""
        return self.core_range.contains(hookdesk.__version__, prereleases=True)

    @cached_property
    def folder(self) -> Path | None:
        """The folder of the plugin's package: its templates, static files and migrations stand there."""
        try:
            spec = importlib.util.find_spec(self.module.partition(".")[0])
        except (ImportError, ValueError):
            return None
        places = list(spec.submodule_search_locations or ()) if spec else []
        return Path(places[0], *self.module.split(".")[1:-1]) if places else None

    @property
    def migrations(self) -> Path | None:
        """The folder of its migrations, if it has any."""
        folder = self.folder / "migrations" if self.folder else None
        return folder if folder and any(folder.glob("[!_]*.py")) else None

    @property
    def title(self) -> str:
        """The first line of the class's docstring, or the slug."""
        return (self._stated.doc.splitlines() or [self.slug])[0].strip().rstrip(".")

    @property
    def description(self) -> str:
        """The rest of the docstring, or the distribution's summary."""
        return "\n".join(self._stated.doc.splitlines()[1:]).strip() or ("" if self.is_builtin else self.summary)

    def declared(self, name: str) -> tuple[str, ...]:
        """A tuple of strings that the class body states as a literal (`depends`, `uses`, `capabilities`)."""
        return self._stated.tuples.get(name, ())

    def defines(self, method: str) -> bool:
        """True if the class body has that method: whether `on_enable` and its like need a process to run in."""
        return method in self._stated.methods

    @cached_property
    def _stated(self) -> Stated:
        """What the plugin's class states in its source."""
        try:
            return stated(self._source.read_bytes(), self.target.partition(":")[2])
        except (OSError, SyntaxError, ValueError, ImportError):
            return Stated()

    @property
    def _source(self) -> Path:
        """The file of the class: in a package, or a module that stands alone."""
        last = self.module.rpartition(".")[2]
        if self.folder is not None:
            return self.folder / (f"{last}.py" if "." in self.module else "__init__.py")
        spec = importlib.util.find_spec(last) if last == self.module else None
        return Path(spec.origin or "") if spec else Path()


def first_paragraph(doc: str) -> str:
    """The first paragraph of a docstring in one line, without its marks of code."""
    return " ".join(doc.strip().partition("\n\n")[0].split()).replace("`", "")


def discover() -> dict[str, Found]:
    """Every installed plugin by slug, sorted. A slug that two distributions claim belongs to the box, else to neither."""
    claims: dict[str, list[Found]] = {}
    told: dict[int, Found] = {}
    for entry in entry_points(group=GROUP):
        if (
            id(entry.dist) not in told
        ):  # reading its metadata takes longer than all the rest, and most plugins share one
            told[id(entry.dist)] = _told(entry)
        claims.setdefault(entry.name, []).append(_found(entry, told[id(entry.dist)]))
    return {slug: _settled(claims[slug]) for slug in sorted(claims)}


def _settled(claims: list[Found]) -> Found:
    """The one plugin of a slug."""
    different = {found.distribution: found for found in claims}
    if len(different) == 1 or "hookdesk" in different:
        return different.get("hookdesk") or claims[0]
    names = " and ".join(sorted(different))
    return replace(claims[0], problem=f"{names} both claim the slug {claims[0].slug}; uninstall one of them")


def _found(entry: EntryPoint, told: Found) -> Found:
    """One entry point with its distribution's metadata."""
    problem = told.problem
    if len(entry.name) > LONGEST_SLUG or not SLUG.fullmatch(entry.name):
        problem = f"{entry.name!r} is no slug: lower-case words joined by single underscores, at most {LONGEST_SLUG} characters"
    return replace(told, slug=entry.name, target=entry.value, problem=problem)


def _told(entry: EntryPoint) -> Found:
    """What the distribution of an entry point says of itself."""
    dist = entry.dist
    if dist is None:
        return Found(entry.name, entry.value, "?", "", problem="its entry point belongs to no distribution")
    meta = dist.metadata
    core_range, problem = _core_range(dist)
    return Found(
        slug=entry.name,
        target=entry.value,
        distribution=_said(meta, "Name") or "?",
        version=dist.version,
        summary=_said(meta, "Summary"),
        author=_said(meta, "Author", "Author-email"),
        homepage=_homepage(meta.get_all("Project-URL") or ()) or _said(meta, "Home-page"),
        core_range=core_range,
        problem=problem,
    )


def _said(meta: PackageMetadata, *names: str) -> str:
    """The first of these fields that is filled; `meta[name]` warns, and will raise, where there is none."""
    return next((str(values[0]) for name in names if (values := meta.get_all(name)) and values[0]), "")


def _core_range(dist: Distribution) -> tuple[SpecifierSet, str]:
    """The versions of hookdesk that a distribution asks for, and what is wrong with its words."""
    for text in dist.requires or ():
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            return SpecifierSet(), f"its metadata has a requirement that nobody can read: {text!r}"
        if requirement.name.lower() == "hookdesk":
            return requirement.specifier, ""
    return SpecifierSet(), ""


def _homepage(urls: Iterable[str]) -> str:
    """The address that the metadata calls the home page, if it is one that a browser may follow."""
    named = {label.strip().lower(): url.strip() for label, _, url in (text.partition(",") for text in urls)}
    found = next(
        (named[label] for label in ("homepage", "home-page", "home", "repository", "source") if label in named), ""
    )
    return found if found.startswith(("https://", "http://")) else ""
