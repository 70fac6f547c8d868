"""Install a plugin for one test: a folder on the import path with a package and a distribution's metadata, as pip would leave it."""

from __future__ import annotations

import importlib
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from hookdesk.models import metadata
from hookdesk.models.base import plugin_registry

HERE = Path(__file__).parent
Install = Callable[..., Path]

SMALLEST = '''
from hookdesk.api import Plugin

class {name}(Plugin):
    """A test's own plugin"""
'''


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """`install(slug, source="", files={}, requires="hookdesk>=0.1", entry="", distribution="")`; the package's folder.

    `source` is the text of plugin.py, whose class must be named Broken; `files` are further ones of the package.
    """
    slugs: list[str] = []
    tables = set(metadata.tables)

    def make(
        slug: str,
        source: str = SMALLEST.format(name="Broken"),
        files: Mapping[str, str] | None = None,
        requires: str = "hookdesk>=0.1",
        entry: str = "",
        distribution: str = "",
        copy: Path | None = None,
    ) -> Path:
        name = distribution or f"hookdesk-{slug}"
        package = f"hookdesk_{slug}"
        root = tmp_path / "installed" / name
        folder = root / package
        if copy is None:
            folder.mkdir(parents=True)
            for path, text in {"__init__.py": "", "plugin.py": source, **(files or {})}.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(textwrap.dedent(text))
        else:
            shutil.copytree(copy, folder, ignore=shutil.ignore_patterns("__pycache__"))
        info = root / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nSummary: A broken plugin\nAuthor: Nobody\n"
            f"Project-URL: Homepage, https://{slug}.example\nRequires-Dist: {requires}\n"
        )
        (info / "entry_points.txt").write_text(f"[hookdesk.plugins]\n{slug} = {entry or f'{package}.plugin:Broken'}\n")
        monkeypatch.syspath_prepend(str(root))
        importlib.invalidate_caches()
        slugs.append(slug)
        return folder

    yield make
    for slug in slugs:
        ours = [name for name, module in sys.modules.items() if _lies_below(module, tmp_path, f"hookdesk_{slug}")]
        if ours:  # else the slug is that of a plugin in the box, which stays as it is
            plugin_registry(slug).dispose()
        for module in ours:
            del sys.modules[module]
    for name in set(metadata.tables) - tables:
        if f"hookdesk_{name.removeprefix('p_').partition('__')[0]}" not in sys.modules:
            metadata.remove(metadata.tables[name])


def _lies_below(module: ModuleType, folder: Path, package: str) -> bool:
    """Whether a module is part of a package that was installed there."""
    return module.__name__.partition(".")[0] == package and (module.__file__ or "").startswith(str(folder))


@pytest.fixture
def install_broken(install: Install) -> Install:
    """`install_broken("raises")` installs the folder of that name beside this file."""
    return lambda name, **options: install(name, copy=HERE / name, **options)
