"""Formats of ticket numbers, and the sequences that count for them."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("numbers")


class Sequence(Base):
    """What counts. Core's counter `numbers:<key>` has the number given last; each year or month a counter of its own if it `restarts`."""

    __tablename__ = "p_numbers__sequence"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    step: Mapped[int] = mapped_column(default=1)
    padding: Mapped[str] = mapped_column(String(1), default="0")
    restarts: Mapped[str] = mapped_column(String(10), default="never")


class NumberPattern(Base):
    """A format: `pattern` with "#" for each digit. Without a sequence the digits are random. At most one is the default.

    Topics keep `numbers:<id>`, so an id is never given out twice, not even on SQLite.
    """

    __tablename__ = "p_numbers__format"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    pattern: Mapped[str] = mapped_column(String(60))
    sequence_id: Mapped[int | None] = mapped_column(
        ForeignKey("p_numbers__sequence.id", ondelete="RESTRICT"), index=True
    )
    is_default: Mapped[bool] = mapped_column(default=False)
