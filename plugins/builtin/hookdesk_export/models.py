"""Exports: what was asked for, the rows that are written so far, and the file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("export")


class Export(Base):
    """One export. `state` is "running", "done", "cancelled" or "failed"; `ids` are the tickets that were asked for, `done` how many of them
    have been looked at. `way` leads back to the list.
    """

    __tablename__ = "p_export__export"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(String(10))
    columns: Mapped[list[str]] = mapped_column(JSON)
    ids: Mapped[list[int]] = mapped_column(JSON)
    way: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), default="running", index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    filename: Mapped[str] = mapped_column(String(200), default="")
    size: Mapped[int] = mapped_column(default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    storage: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Piece(Base):
    """Some rows of an export that is under way, in order; they go once the file is made."""

    __tablename__ = "p_export__piece"
    export_id: Mapped[int] = mapped_column(ForeignKey("p_export__export.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[list[Any]]] = mapped_column(JSON)
