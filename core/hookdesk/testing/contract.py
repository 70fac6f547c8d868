"""What every plugin must keep, for its author to check in one line."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hookdesk.config import Config
from hookdesk.db import migrate
from hookdesk.lifecycle import process
from hookdesk.lifecycle.discovery import Found, discover
from hookdesk.lifecycle.order import resolve


def assert_plugin_contract(slug: str, database_url: str = "") -> None:
    """Fail unless the plugin passes `hookdesk plugins check`, has a title, and migrates up, down and up again.

    `database_url` is a database to migrate in, empty or with core's tables; by default a temporary SQLite file.
    """
    installed = discover()
    assert slug in installed, f"{slug} is not installed: {', '.join(installed)}"
    found = installed[slug]
    assert found.title != slug, f"{slug} has no title: write a docstring for its class"
    assert found.version, f"{slug} has no version"
    with tempfile.TemporaryDirectory() as folder:
        config = Config(instance=Path(folder), database_url=database_url, secret_key="-", testing=True)  # noqa: S106  # a throwaway one
        order, problems = resolve(installed, dict.fromkeys(_needed(installed, slug)))
        assert not problems, problems
        assert process.check(config, slug, [item.slug for item in order]) == []
        migrate.upgrade_core(config)
        for item in order:
            if item.migrations:
                migrate.upgrade(config.database, item.slug, item.migrations)
        if found.migrations:
            migrate.downgrade(config.database, slug, found.migrations)
            assert migrate.tables(config.database, slug) == [], "its last migration leaves tables behind"
            migrate.upgrade(config.database, slug, found.migrations)


def _needed(installed: dict[str, Found], slug: str) -> set[str]:
    """A plugin and all that it depends on."""
    needed = {slug}
    for need in installed[slug].declared("depends"):
        needed |= _needed(installed, need)
    return needed
