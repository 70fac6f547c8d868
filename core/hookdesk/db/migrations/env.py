"""Alembic's environment for core and every plugin. Each has a version table of its own, so that one cannot stop the others."""

from __future__ import annotations

from typing import Literal

from alembic import context

from hookdesk.models import UTCDateTime, metadata

config = context.config
owns = config.attributes["owns"]  # says of a table's name whether it belongs to the branch that is being migrated


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Look at this branch's tables only: others' are none of our business, whether their plugin is loaded or not."""
    return kind != "table" or owns(name or "")


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type as the plain one that it is in the database: a revision must not lean on today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False


context.configure(
    connection=config.attributes["connection"],
    target_metadata=metadata,
    version_table=config.attributes["version_table"],
    include_name=include_name,
    include_object=lambda _object, name, kind, _reflected, _other: kind != "table" or owns(name or ""),
    render_as_batch=True,
    render_item=render_item,
    transactional_ddl=True,  # on SQLite too: the engine issues its own BEGIN
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
