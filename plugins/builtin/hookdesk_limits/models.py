"""Addresses and domains from which nothing is taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("limits")


class Blocked(Base):
    """A blocked address, domain ("@example.org") or domain with all below it ("@.example.org"), in lower case."""

    __tablename__ = "p_limits__blocked"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    sender: Mapped[str] = mapped_column(String(320), unique=True)
    notes: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
