"""Core's tests on either database: a module that says `BOTH_DATABASES = True` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from tests.servers import postgres

from hookdesk.app import create_app
from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.lifecycle.discovery import discover
from hookdesk.testing import Client, Instances
from hookdesk.testing.instances import SECRET, end, prepare, with_dependencies


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that asks for it on each database."""
    if getattr(metafunc.module, "BOTH_DATABASES", False) and "hookdesk_app" in metafunc.fixturenames:
        on_postgres = pytest.param("postgresql", marks=pytest.mark.postgres)
        metafunc.parametrize("hookdesk_app", ["sqlite", on_postgres], indirect=True)


class PostgresTemplates:
    """Migrated databases, one for each set of plugins; PostgreSQL copies one in a fraction of the time that migrations take."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._built: dict[tuple[str, ...], str] = {}

    def copy(self, slugs: tuple[str, ...], without: frozenset[str]) -> tuple[str, str]:
        """A database with these plugins switched on: its name and its SQLAlchemy URL."""
        server, found = postgres.postgres_server(), discover()
        key = tuple(sorted(with_dependencies(found, slugs, without)))
        if key not in self._built:
            worker = os.environ.get("PYTEST_XDIST_WORKER", "only")
            core, name = f"core_{worker}", f"template_{worker}_{len(self._built)}"
            if not self._built:
                postgres.create(server, core)
                migrate.upgrade(postgres.url_of(server, core))
            postgres.create(server, name, core)
            url = postgres.url_of(server, name)
            prepare(Config(instance=self._folder, database_url=url, secret_key=SECRET, testing=True), found, key)
            self._built[key] = name
        copy = f"test_{uuid4().hex}"
        postgres.create(server, copy, self._built[key])
        return copy, postgres.url_of(server, copy)


@pytest.fixture(scope="session")
def postgres_templates(tmp_path_factory: pytest.TempPathFactory) -> PostgresTemplates:
    """Makes migrated PostgreSQL databases."""
    return PostgresTemplates(tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def hookdesk_app(
    request: pytest.FixtureRequest, hookdesk_instances: Instances, tmp_path: Path, plugins_off: frozenset[str]
) -> Iterator[Flask]:
    """As in `hookdesk.testing`; on PostgreSQL where the test is parametrized so."""
    marker = request.node.get_closest_marker("plugins")
    slugs: tuple[str, ...] = marker.args if marker else ()
    config = hookdesk_instances.copy(slugs, tmp_path / "instance", plugins_off)
    name = ""
    if getattr(request, "param", "sqlite") == "postgresql":
        templates: PostgresTemplates = request.getfixturevalue("postgres_templates")
        name, url = templates.copy(slugs, plugins_off)
        config = replace(config, database_url=url)
    app = create_app(config)
    app.test_client_class = Client
    yield app
    end(app)
    if name:
        postgres.drop(postgres.postgres_server(), name)
