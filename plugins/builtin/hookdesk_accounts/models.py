"""Accounts: which requesters may sign in. Who has no row is a guest; passwords are kept by whoever checks them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hookdesk.api import DeclarativeBase, UTCDateTime, plugin_registry

GUEST, PENDING, ACTIVE, LOCKED = "guest", "pending", "active", "locked"


class Base(DeclarativeBase):
    """The base of this plugin's models."""

    registry = plugin_registry("accounts")


class Account(Base):
    """The account of a user: pending until its address is confirmed, then active; a locked one opens nothing.

    `mailed_at`: when its owner was last mailed about it, `confirmed_at`: when a mailed link was followed to the end, or an agent vouched
    for the address. `made_user`: a sign-up made the user, of whom nothing was known before.
    """

    __tablename__ = "p_accounts__account"
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=PENDING)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    made_user: Mapped[bool] = mapped_column(default=False)
