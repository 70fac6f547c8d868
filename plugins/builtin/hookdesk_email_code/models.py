"""Who gets codes by mail, and the code that is on its way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("email_code")


class Mailed(Base):
    """A user who may get codes. `since`: when they switched it on, None while their first code is on its way.

    `hash` is keyed with the instance's key: six digits alone would be guessed in no time. It is None once the code was used.
    """

    __tablename__ = "p_email_code__mailed"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    hash: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int]
