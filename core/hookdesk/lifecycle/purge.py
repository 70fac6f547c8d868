"""Remove everything that a plugin has kept: its tables, settings, state and files. Its own, confirmed act."""

from __future__ import annotations

import shutil

from sqlalchemy import Connection, delete, inspect

from hookdesk import clock
from hookdesk.db import migrate
from hookdesk.db.migrate import MigrationError
from hookdesk.lifecycle import process
from hookdesk.lifecycle.discovery import discover
from hookdesk.lifecycle.loader import states
from hookdesk.lifecycle.switch import Lifecycle, LifecycleError
from hookdesk.models import Delivery, FileUse, PluginError, PluginState, PluginTiming, Setting
from hookdesk.services import log
from hookdesk.types.actors import system


def purge(lifecycle: Lifecycle, slug: str) -> list[str]:
    """Forget a plugin that is switched off; what could not be removed ([] if nothing). It may be uninstalled already.

    Raises:
        LifecycleError: it is switched on, or other plugins' tables refer to its own.
    """
    if slug in states(lifecycle.db):
        raise LifecycleError(f"{slug} was kept: it is switched on. Switch it off first.")
    config, found = lifecycle.config, discover().get(slug)
    with lifecycle.db.engine.connect() as connection:
        if strangers := _referring(connection, slug):
            raise LifecycleError(
                f"{slug} was kept: {', '.join(strangers)} refer to its tables. Purge their plugins first."
            )
    problems = process.call(config, "on_purge", [slug], lifecycle.limit) if found and found.defines("on_purge") else []
    if found and found.migrations:
        try:
            migrate.downgrade(config.database, slug, found.migrations)
        except MigrationError as error:
            problems.append(f"{error}; its tables were dropped instead")
    migrate.drop_branch(config.database, slug)
    with lifecycle.db.write() as session:
        for model, column in (
            (PluginError, "plugin"),
            (PluginTiming, "plugin"),
            (Delivery, "plugin"),
            (Setting, "scope"),
            (PluginState, "slug"),
        ):
            session.execute(delete(model).where(getattr(model, column) == slug))
        session.execute(delete(FileUse).where(FileUse.owner.startswith(f"{slug}:", autoescape=True)))
        if found:
            session.add(PluginState(slug=slug, is_enabled=False, updated_at=clock.now()))
        words = f"{lifecycle.actor} purged {slug}: its tables, settings and files are gone"
        log.changed(session, system(lifecycle.actor), "plugin", slug, {}, act="purged", words=words, level="warning")
    shutil.rmtree(config.instance / "plugins" / slug, ignore_errors=True)
    return problems


def _referring(connection: Connection, slug: str) -> list[str]:
    """Tables of others with foreign keys on this plugin's tables."""
    owns, inspector = migrate.owner_test(slug), inspect(connection)
    others = [name for name in inspector.get_table_names() if not owns(name)]
    return [name for name in others if any(owns(key["referred_table"]) for key in inspector.get_foreign_keys(name))]
