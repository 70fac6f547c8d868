"""The searched text of each ticket. The database's own full-text index stands on this table (see migrations)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("search")


class Document(Base):
    """What can be found of one ticket: `head`, what names it (number, subject, requester), and `public` for everybody who may see it,
    `notes` for agents only.

    No foreign key: a deleted ticket takes its document along through the event, and until then the guard hides it.
    """

    __tablename__ = "p_search__document"
    ticket_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    head: Mapped[str] = mapped_column(Text, default="")
    public: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, default="")
    updates: Mapped[int] = mapped_column(default=0)


class Look(Base):
    """How far the search for tickets without a document is: those from `cursor` on have one, at 0 all. One row at most."""

    __tablename__ = "p_search__look"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    cursor: Mapped[int] = mapped_column(Id)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Rebuild(Base):
    """A walk through all tickets, newest first, that indexes each anew. Tickets above `cursor` are done."""

    __tablename__ = "p_search__rebuild"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    cursor: Mapped[int] = mapped_column(Id)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    is_over: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
