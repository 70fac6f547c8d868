"""Tags, and which tickets have them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("tags")


class Tag(Base):
    """A word for tickets. Rules and conditions keep its id, so an id is never given out twice, not even on SQLite.

    `key` is the name as it is compared: without regard to case. `colour` is one of `palette.COLOURS`.
    """

    __tablename__ = "p_tags__tag"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    colour: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TicketTag(Base):
    """A tag on a ticket. `merged_from_id` is the ticket with which it came here, so that undoing that merge takes it off again."""

    __tablename__ = "p_tags__ticket_tag"
    __table_args__ = (Index("ix_p_tags__ticket_tag_tag_id", "tag_id", "ticket_id"),)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("p_tags__tag.id", ondelete="CASCADE"), primary_key=True)
    merged_from_id: Mapped[int | None] = mapped_column(Id)


class Retagged(Base):
    """A ticket whose tags are called differently since one of them was renamed, merged or deleted; until search has been told."""

    __tablename__ = "p_tags__retagged"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id)
