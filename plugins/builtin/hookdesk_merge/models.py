"""Merged and linked tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("merge")


class Merge(Base):
    """A ticket (`child_id`) that was merged into another, and in `kept` what takes it apart again (`services.Kept`)."""

    __tablename__ = "p_merge__merge"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    child_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    kept: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Link(Base):
    """Two tickets that have to do with each other, the smaller id first. `kind` is "link", or "split" if one came out of the other."""

    __tablename__ = "p_merge__link"
    __table_args__ = (UniqueConstraint("low_id", "high_id"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"))
    high_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="link")
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
