"""Every plugin in the box keeps the contract that third parties' plugins are held to."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Column

from hookdesk import api
from hookdesk.db import migrate
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import import_plugin
from hookdesk.lifecycle.order import resolve
from hookdesk.settings import describe
from hookdesk.testing import assert_plugin_contract

ROOT = Path(__file__).resolve().parents[2]
BUILTIN = {slug: found for slug, found in discover().items() if found.is_builtin}
each_plugin = pytest.mark.parametrize("slug", BUILTIN)


@each_plugin
def test_it_keeps_the_contract(slug: str) -> None:
    assert_plugin_contract(slug)


def test_words_are_not_translated_while_they_are_imported() -> None:
    """`hookdesk serve` imports them before there is a language: a `lazy_gettext` that is looked at by then takes its plugin along."""
    each = "".join(f"    import {found.target.partition(':')[0]}\n" for found in BUILTIN.values())
    bare = f"from flask import Flask\nwith Flask('bare').app_context():\n{each}"
    done = subprocess.run([sys.executable, "-c", bare], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


@each_plugin
@pytest.mark.postgres
def test_it_migrates_up_down_and_up_on_postgresql(slug: str, fresh_postgres_url: str) -> None:
    migrate.upgrade(fresh_postgres_url)
    for item in resolve(BUILTIN, dict.fromkeys(BUILTIN))[0]:
        if item.migrations and (item.slug == slug or item.slug in BUILTIN[slug].declared("depends")):
            migrate.upgrade(fresh_postgres_url, item.slug, item.migrations)
    directory = BUILTIN[slug].migrations
    if directory is None:
        return
    assert migrate.downgrade(fresh_postgres_url, slug, directory) == ""
    assert migrate.tables(fresh_postgres_url, slug) == []
    assert migrate.upgrade(fresh_postgres_url, slug, directory) == migrate.head(directory)


@each_plugin
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_its_tables_are_what_its_models_say(
    slug: str, database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = (
        str(request.getfixturevalue("fresh_postgres_url"))
        if database == "postgresql"
        else f"sqlite:///{tmp_path / 'site.db'}"
    )
    import_plugin(BUILTIN[slug])
    migrate.upgrade(url)
    for item in resolve(BUILTIN, dict.fromkeys(BUILTIN))[0]:
        if item.migrations and (item.slug == slug or item.slug in BUILTIN[slug].declared("depends")):
            migrate.upgrade(url, item.slug, item.migrations)
    assert [item for item in migrate.check(url, slug) if not _is_made_by_hand(item)] == []


def _is_made_by_hand(difference: object) -> bool:
    """True for what only SQL can make, and no model describes: a full-text table and what it brings, an index on an expression."""
    if not isinstance(difference, tuple):
        return False
    kind, thing = difference[:2]
    if kind == "remove_index":
        return not all(isinstance(part, Column) for part in thing.expressions)
    return kind == "remove_table" and "__fts" in thing.name


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
