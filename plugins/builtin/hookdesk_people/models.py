"""Users who are going, and files of people that are read in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("people")


class Leaving(Base):
    """A user whose row, and tickets, go as soon as every subscriber has had the event with this key."""

    __tablename__ = "p_people__leaving"
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[str] = mapped_column(String(200))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Import(Base):
    """A file of users or agents (`kind`) that somebody sent. `state` is checked, running or done.

    `columns` maps fields onto places in a row.
    """

    __tablename__ = "p_people__import"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="checked")
    agent_id: Mapped[int] = mapped_column(Id)
    header: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Row(Base):
    """One line of such a file. `outcome` is what would become of it (add, change, wrong), then what did (added, changed, failed)."""

    __tablename__ = "p_people__row"
    __table_args__ = (Index("ix_p_people__row_import_outcome", "import_id", "outcome", "line"),)
    import_id: Mapped[int] = mapped_column(
        ForeignKey("p_people__import.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cells: Mapped[list[str]] = mapped_column(JSON)
    outcome: Mapped[str] = mapped_column(String(10), default="")
    note: Mapped[str] = mapped_column(Text, default="")
