"""Every plugin in the box keeps the contract that third parties' plugins are held to."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Column

from hookdesk import api
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.lifecycle import process
from hookdesk.lifecycle.check import check
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.lifecycle.order import resolve
from hookdesk.settings import describe
from hookdesk.testing import assert_plugin_contract
from tests.servers import postgres

ROOT = Path(__file__).resolve().parents[2]
BUILTIN = {slug: found for slug, found in discover().items() if found.is_builtin}
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["hookdesk.lifecycle.check"])
each_plugin = pytest.mark.parametrize("slug", BUILTIN)


@pytest.fixture(scope="session")
def core_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with core's tables, to be copied: its migrations are the same for every plugin."""
    file = tmp_path_factory.mktemp("core") / "site.db"
    migrate.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def core_on_postgres(postgres_url: str) -> str:
    """The name of a database with core's tables, to be copied."""
    name = f"contracts_{os.environ.get('PYTEST_XDIST_WORKER', 'only')}"
    postgres.create(postgres.postgres_server(), name)
    migrate.upgrade(postgres.url_of(postgres.postgres_server(), name))
    return name


@pytest.fixture
def sqlite_site(core_on_sqlite: Path, tmp_path: Path) -> str:
    """SQLAlchemy URL of a database with core's tables alone."""
    return f"sqlite:///{shutil.copy(core_on_sqlite, tmp_path / 'site.db')}"


@pytest.fixture
def postgres_site(core_on_postgres: str) -> Iterator[str]:
    """The same on PostgreSQL."""
    server, name = postgres.postgres_server(), f"test_{uuid4().hex}"
    postgres.create(server, name, core_on_postgres)
    yield postgres.url_of(server, name)
    postgres.drop(server, name)


@each_plugin
def test_it_keeps_the_contract(slug: str, sqlite_site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "check", _checked)
    assert_plugin_contract(slug, sqlite_site)


def _checked(_config: Config, slug: str, enabled: Sequence[str]) -> list[str]:
    """`process.check`, in a process that has core and no plugin as well, but need not import core first."""
    with ProcessPoolExecutor(1, mp_context=FORKS) as pool:
        return pool.submit(check, slug, enabled).result(timeout=process.LIMIT)


def test_words_are_not_translated_while_they_are_imported() -> None:
    """`hookdesk serve` imports them before there is a language: a `lazy_gettext` that is looked at by then takes its plugin along."""
    each = "".join(f"    import {found.target.partition(':')[0]}\n" for found in BUILTIN.values())
    bare = f"from flask import Flask\nwith Flask('bare').app_context():\n{each}"
    done = subprocess.run([sys.executable, "-c", bare], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


@each_plugin
@pytest.mark.postgres
def test_it_migrates_up_down_and_up_on_postgresql(slug: str, postgres_site: str) -> None:
    for item in resolve(BUILTIN, dict.fromkeys(BUILTIN))[0]:
        if item.migrations and (item.slug == slug or item.slug in BUILTIN[slug].declared("depends")):
            migrate.upgrade(postgres_site, item.slug, item.migrations)
    directory = BUILTIN[slug].migrations
    if directory is None:
        return
    assert migrate.downgrade(postgres_site, slug, directory) == ""
    assert migrate.tables(postgres_site, slug) == []
    assert migrate.upgrade(postgres_site, slug, directory) == migrate.head(directory)


@each_plugin
@pytest.mark.parametrize("database", ["sqlite_site", pytest.param("postgres_site", marks=pytest.mark.postgres)])
def test_its_tables_are_what_its_models_say(slug: str, database: str, request: pytest.FixtureRequest) -> None:
    url = str(request.getfixturevalue(database))
    import_plugin(BUILTIN[slug])
    for item in resolve(BUILTIN, dict.fromkeys(BUILTIN))[0]:
        if item.migrations and (item.slug == slug or item.slug in BUILTIN[slug].declared("depends")):
            migrate.upgrade(url, item.slug, item.migrations)
    assert [item for item in migrate.check(url, slug) if not _is_made_by_hand(item)] == []


def _is_made_by_hand(difference: object) -> bool:
    """True for what only SQL can make, and no model describes: a full-text table and what it brings, a column that one database reckons, an
    index on that or on an expression."""
    if not isinstance(difference, tuple):
        return False
    kind, thing = difference[0], difference[-1]
    if kind == "remove_index":
        return not all(isinstance(part, Column) and part.computed is None for part in thing.expressions)
    return (kind == "remove_column" and thing.computed is not None) or (
        kind == "remove_table" and "__fts" in thing.name
    )


@each_plugin
def test_it_has_a_title_a_description_and_labelled_settings(slug: str) -> None:
    found = BUILTIN[slug]
    assert found.title[0].isupper()
    assert found.title != slug
    assert len(found.description) > 20
    assert all(field.label for field in describe(import_plugin(found).settings_type))


@each_plugin
def test_its_files_bear_the_usual_names(slug: str) -> None:
    folder = BUILTIN[slug].folder
    assert folder is not None
    assert folder.name == f"hookdesk_{slug}"
    assert (folder / "plugin.py").exists()
    assert (folder / "py.typed").exists()
    assert not (folder / "utils.py").exists()


@each_plugin
def test_its_classes_hooks_have_docstrings(slug: str) -> None:
    folder = BUILTIN[slug].folder
    assert folder is not None
    for node in ast.walk(ast.parse((folder / "plugin.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(
            getattr(item, "id", "") == "hookimpl" for item in node.decorator_list
        ):
            assert ast.get_docstring(node), f"{slug}.{node.name}"


def test_the_public_names_are_there() -> None:
    assert len(api.__all__) == len(set(api.__all__))
    assert [name for name in api.__all__ if not hasattr(api, name)] == []


def test_sign_in_and_the_admin_panel_have_providers() -> None:
    provided = {capability for found in BUILTIN.values() for capability in found.declared("capabilities")}
    assert provided >= {"sign_in", "admin_panel"}
