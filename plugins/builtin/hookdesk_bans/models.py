"""Banned senders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("bans")


class Ban(Base):
    """An address, or (without an @) a domain with all below it, in small letters."""

    __tablename__ = "p_bans__ban"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    value: Mapped[str] = mapped_column(String(320), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    made_by: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
