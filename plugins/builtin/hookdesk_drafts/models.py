"""What agents are writing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

Id = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("drafts")


class Draft(Base):
    """A text that was not sent yet. `place` is "12:reply", "12:note" for a ticket, "new" for a ticket that is yet to be.

    `values` holds the HTML, if it is formatted, the files that are stored for it, and what else stands in the form. Whose agent or
    ticket is gone goes with the next run of the job, which lets go of the files, too.
    """

    __tablename__ = "p_drafts__draft"
    __table_args__ = (
        Index("uq_p_drafts__draft_agent_id_place", "agent_id", "place", unique=True),
        Index("ix_p_drafts__draft_ticket_id", "ticket_id"),
        Index("ix_p_drafts__draft_updated_at", "updated_at"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=True)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("agent.id", ondelete="SET NULL"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id", ondelete="SET NULL"))
    place: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
