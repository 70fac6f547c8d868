"""Alembic's environment for core and every plugin. Each has a version table of its own, so that one cannot stop the others."""

from __future__ import annotations

from alembic import context

from hookdesk.models import metadata

config = context.config
owns = config.attributes["owns"]  # says of a table's name whether it belongs to the branch that is being migrated


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Look at this branch's tables only: others' are none of our business, whether their plugin is loaded or not."""
    return kind != "table" or owns(name or "")


context.configure(
    connection=config.attributes["connection"],
    target_metadata=metadata,
    version_table=config.attributes["version_table"],
    include_name=include_name,
    include_object=lambda _object, name, kind, _reflected, _other: kind != "table" or owns(name or ""),
    render_as_batch=True,
    transactional_ddl=True,  # on SQLite too: the engine issues its own BEGIN
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
