"""The audit log: rows that are only ever added, each sealed with the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("audit")


class Entry(Base):
    """One change. `seal` is a SHA-256 over the row and the seal before it (`previous`, unique: the rows make one line)."""

    __tablename__ = "p_audit__entry"
    __table_args__ = (
        Index("ix_p_audit__entry_kind_id", "kind", "id"),
        Index("ix_p_audit__entry_agent_id_id", "agent_id", "id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    actor: Mapped[str] = mapped_column(String(200))
    agent_id: Mapped[int | None] = mapped_column(Id)
    act: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    seal: Mapped[str] = mapped_column(String(64))
