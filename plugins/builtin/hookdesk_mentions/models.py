"""Who was mentioned where."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("mentions")


class Mention(Base):
    """An agent whom an entry mentions. `open_for` is the same agent until they write something on the ticket or tick it off."""

    __tablename__ = "p_mentions__mention"
    __table_args__ = (
        Index("ix_p_mentions__mention_agent_id_ticket_id", "agent_id", "ticket_id"),
        Index("ix_p_mentions__mention_open_for_ticket_id", "open_for", "ticket_id"),
        Index("ix_p_mentions__mention_ticket_id", "ticket_id"),
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("thread_entry.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(Id, ForeignKey("ticket.id", ondelete="CASCADE"))
    open_for: Mapped[int | None] = mapped_column(Id)
