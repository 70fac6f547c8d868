"""Canned responses, their files, and those that a filter sends."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("canned")


class Response(Base):
    """A text to answer with. Filters keep its id, so an id is never given out twice, not even on SQLite.

    Without `department_id` it is for tickets of every department. `html` is a template; `words` is what of it is searched.
    """

    __tablename__ = "p_canned__response"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id", ondelete="RESTRICT"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    html: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(20), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    uses: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class File(Base):
    """A file that goes along with a response."""

    __tablename__ = "p_canned__file"
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("p_canned__response.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage: Mapped[str] = mapped_column(String(40))


class Automatic(Base):
    """The response that a filter chose for a new ticket; it is posted once the ticket is there. `is_mailed`: and mailed."""

    __tablename__ = "p_canned__automatic"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("p_canned__response.id", ondelete="CASCADE"), index=True)
    is_mailed: Mapped[bool] = mapped_column(default=True)
