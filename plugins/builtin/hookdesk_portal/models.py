"""Mailed links need no rows; that those of a ticket were ended does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("portal")


class EndedLinks(Base):
    """How often all links to a ticket were ended, and when last: what was signed or followed before counts for nothing."""

    __tablename__ = "p_portal__ended_links"
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id", ondelete="CASCADE"), primary_key=True)
    times: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime] = mapped_column(UTCDateTime)
