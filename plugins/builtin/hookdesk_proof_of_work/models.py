"""Which challenges were used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("proof_of_work")


class Used(Base):
    """A challenge that counts no more. `sender` is a keyed hash of the network that it came back from; `is_solved`: with its solution."""

    __tablename__ = "p_proof_of_work__used"
    __table_args__ = (Index("ix_p_proof_of_work__used_sender_used_at", "sender", "used_at"),)
    nonce: Mapped[str] = mapped_column(String(40), primary_key=True)
    sender: Mapped[str] = mapped_column(String(26))
    is_solved: Mapped[bool] = mapped_column()
    used_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
