"""The declarative base, the naming convention, and the column types that every model shares."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, MetaData, String, Table, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import JSON

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, always UTC in the database (SQLite keeps no zone, so it is added when reading)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC; a naive one is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored; use hookdesk.clock.now()")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Mark what comes back as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


LARGEST_ID = 2**63 - 1
Id = BigInteger().with_variant(Integer, "sqlite")
PrimaryKey = Annotated[int, mapped_column(Id, primary_key=True, autoincrement=True)]
Moment = Annotated[datetime, mapped_column(UTCDateTime)]
Name = Annotated[str, mapped_column(String(200))]
Line = Annotated[str, mapped_column(String(500))]
Body = Annotated[str, mapped_column(Text)]
Json = Annotated[dict[str, Any], mapped_column(JSON)]
JsonList = Annotated[list[Any], mapped_column(JSON)]


class Base(DeclarativeBase):
    """The base of core's models."""

    registry = registry(metadata=metadata)


_plugin_registries: dict[str, registry] = {}


def plugin_registry(slug: str) -> registry:
    """The registry of one plugin's models, over the shared metadata: a broken mapper there cannot break core's queries.

    A plugin's `models.py` begins with `class Base(DeclarativeBase): registry = plugin_registry("slug")`; its tables are named
    `p_<slug>__<table>`.
    """
    return _plugin_registries.setdefault(slug, registry(metadata=metadata))


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table behind a model, to insert rows that nobody looks at again: without the ORM's bookkeeping that costs a third."""
    table = model.__table__
    assert isinstance(table, Table)
    return table
