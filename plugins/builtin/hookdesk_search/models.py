"""The searched text of each ticket. The database's own full-text index stands on this table (see migrations)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("search")


class Document(Base):
    """What can be found of one ticket: `public` for everybody who may see it, `notes` for agents only.

    No foreign key: a deleted ticket takes its document along through the event, and until then the guard hides it.
    """

    __tablename__ = "p_search__document"
    ticket_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(Text)
    notes: Mapped[str] = mapped_column(Text, default="")
    updates: Mapped[int] = mapped_column(default=0)
